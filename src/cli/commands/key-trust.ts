import { OperatorError } from '../../core/errors.ts';
import type { CliHost } from '../host.ts';
import { hint, note, tell } from '../talk.ts';

export interface KeyTrustOptions {
  readonly config: string;
  readonly path?: readonly string[];
  readonly replace?: boolean;
  readonly yes?: boolean;
}

export async function keyTrust(
  host: CliHost,
  node: string,
  line: string,
  options: KeyTrustOptions,
): Promise<void> {
  const { config, path: paths = [], replace = false, yes = false } = options;
  const [{ trustKey }, { replaceFileText }, { examine, readConfigText }, { fingerprintOf }] =
    await Promise.all([
      import('../../keys/trust.ts'),
      import('../../keys/write-file.ts'),
      import('../../config/load.ts'),
      import('../../wire/public-line.ts'),
    ]);
  await refuseBadPaths(paths);
  const before = await readConfigText(config);
  const { text, change, key, previous } = trustKey(before, node, line, { paths, replace });
  if (previous && !yes) {
    tell(host, `${node} has the key ${fingerprintOf(previous)}`);
    tell(host, `the new one is      ${fingerprintOf(key)}`);
    await confirm(host, `sealbeat: replace the key of ${node}? [y/N] `);
  }
  if (text !== before) await replaceFileText(config, { before, after: text }, host.random);
  tell(host, `${sentence(change, node)} in ${config}`);
  tell(host, `fingerprint ${fingerprintOf(key)}; compare it with the operator of ${node}, by voice`);
  const { problems } = examine(text);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  note(host, `${config} is not complete yet:`);
  for (const { line: at, column, text: problem } of errors)
    note(host, `${config}:${at}:${column}: ${problem}`);
  hint(host, `when it is, run: sealbeat check -c ${config}`);
}

const sentence = (change: 'added' | 'replaced' | 'unchanged', node: string): string =>
  ({
    added: `the key of ${node} is written down`,
    replaced: `the key of ${node} is replaced`,
    unchanged: `the key of ${node} was known already; nothing changed`,
  })[change];

async function refuseBadPaths(paths: readonly string[]): Promise<void> {
  const { parsePathUrl } = await import('../../config/path-url.ts');
  for (const path of paths) {
    const parsed = parsePathUrl(path);
    if ('problem' in parsed) {
      throw new OperatorError('USAGE', `--path: ${parsed.problem}`, {
        hint: 'for instance --path udp://10.0.0.2:7112',
      });
    }
  }
}

async function confirm(host: CliHost, question: string): Promise<void> {
  if (!host.canAsk) {
    throw new OperatorError(
      'REFUSED',
      'a key is replaced only after a question, and there is no terminal to ask at',
      {
        hint: 'compare the fingerprints, then run the command again with --yes',
      },
    );
  }
  const answer = await host.ask(question);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new OperatorError('REFUSED', 'not replaced', {
    hint: 'nothing was written; answer y to replace the key',
  });
}
