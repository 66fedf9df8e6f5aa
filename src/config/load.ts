import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { OperatorError } from '../core/errors.ts';
import type { Settings } from '../core/settings.ts';
import { alertFindings } from './alert-rules.ts';
import { arbiterFindings } from './arbiter-rules.ts';
import { carpFindings } from './carp-rules.ts';
import { checkFindings } from './check-rules.ts';
import { groupFindings } from './group-rules.ts';
import { hookFindings } from './hook-rules.ts';
import { nodeFindings } from './node-rules.ts';
import { partsOf, partsOfBroken, type Parts } from './parts.ts';
import { probeFindings } from './probe-rules.ts';
import { programFindings } from './program-rules.ts';
import { cloudFindings } from './cloud-rules.ts';
import { configInvalid, inFileOrder, type Problem } from './problems.ts';
import { settingsOf } from './resolve.ts';
import { restartFindings } from './restart-rules.ts';
import { fileShape } from './schema.ts';
import { findingsOf, type Finding } from './shape-problems.ts';
import { timingFindings } from './timing.ts';
import { webFindings } from './web-rules.ts';
import { readYaml, type YamlPath } from './yaml-source.ts';

const BYTES_MAX = 1_048_576;

export interface Loaded {
  readonly settings: Settings;
  readonly warnings: readonly Problem[];
  readonly notes: readonly Problem[];
  readonly text: string;
  /** Where a piece of the file is written, for findings of a check that knows the host. */
  readonly at: (finding: Finding) => Problem;
}

/** All that is to be said about a text; `settings` is there when none of it is an error. Never throws. */
export interface Examined {
  readonly settings: Settings | undefined;
  readonly problems: readonly Problem[];
  readonly at: (finding: Finding) => Problem;
}

export function examine(text: string): Examined {
  const source = readYaml(text);
  const at = ({ severity, path, atKey, text: sentence }: Finding): Problem => ({
    severity,
    ...source.placeOf(path, atKey === true ? 'key' : 'value'),
    text: path.length === 0 ? sentence : `${written(path)}: ${sentence}`,
  });
  if (source.problems.length > 0) {
    return { settings: undefined, problems: inFileOrder(source.problems), at };
  }
  const file = fileShape.safeParse(source.value, { reportInput: true });
  const findings = file.success
    ? rules(partsOf(file.data))
    : shapeAndRules(findingsOf(file.error.issues), rules(partsOfBroken(source.value)));
  const problems = inFileOrder(withoutRepeats(findings).map(at));
  const usable = file.success && !problems.some(({ severity }) => severity === 'error');
  return { settings: usable ? settingsOf(file.data) : undefined, problems, at };
}

/** Throws OperatorError CONFIG_INVALID with a line `FILE:LINE:COLUMN: sentence` for each error. */
export function parseSettings(text: string, path: string): Loaded {
  const { settings, problems, at } = examine(text);
  if (!settings) throw configInvalid(path, problems);
  return {
    settings,
    warnings: problems.filter(({ severity }) => severity === 'warning'),
    notes: problems.filter(({ severity }) => severity === 'note'),
    text,
    at,
  };
}

/** Throws OperatorError CONFIG_UNREADABLE or CONFIG_INVALID. */
export async function loadSettings(path: string): Promise<Loaded> {
  return parseSettings(await readConfigText(path), path);
}

export async function readConfigText(path: string): Promise<string> {
  const content = await readAtMost(path, BYTES_MAX).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const unusable = (why: string): OperatorError =>
    new OperatorError('CONFIG_UNREADABLE', `${path} ${why}`, { hint: 'name the YAML file of the cluster' });
  if (content.length > BYTES_MAX) throw unusable('is larger than 1 MiB, which no config of sealbeat is');
  if (!isUtf8(content) || content.includes(0)) throw unusable('is not text in UTF-8');
  return content.toString('utf8');
}

/** One byte more than `bytesMax` when there are more: enough to know. */
async function readAtMost(path: string, bytesMax: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const content = Buffer.alloc(bytesMax + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(content, length, content.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === content.length) return content.subarray(0, length);
    }
  } finally {
    await file.close();
  }
}

function unreadable(path: string, cause: unknown): OperatorError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
  const [why, hint] =
    code === 'ENOENT'
      ? ['does not exist', 'name another file with --config, or make one: sealbeat init --vip ADDRESS']
      : code === 'EACCES'
        ? ['may not be read by this user', 'run as root, or make the file readable']
        : [`cannot be read (${code})`, 'name the YAML file of the cluster'];
  return new OperatorError('CONFIG_UNREADABLE', `${path} ${why}`, { hint, cause });
}

const rules = (parts: Parts): readonly Finding[] => [
  ...timingFindings(parts),
  ...restartFindings(parts),
  ...nodeFindings(parts),
  ...groupFindings(parts),
  ...carpFindings(parts),
  ...probeFindings(parts),
  ...programFindings(parts),
  ...cloudFindings(parts),
  ...arbiterFindings(parts),
  ...checkFindings(parts),
  ...hookFindings(parts),
  ...alertFindings(parts),
  ...webFindings(parts),
];

/** Where the shape is wrong, a rule about the same place or something in it is only an echo ("there are 0 nodes"). */
function shapeAndRules(shape: readonly Finding[], ruled: readonly Finding[]): readonly Finding[] {
  const isEcho = ({ path }: Finding): boolean =>
    shape.some((wrong) => wrong.path.every((step, index) => path[index] === step));
  return [...shape, ...ruled.filter((finding) => !isEcho(finding))];
}

function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map(findings.map((finding) => [`${written(finding.path)}: ${finding.text}`, finding]));
  return [...seen.values()];
}

/** `groups.web.vips[0].label` */
const written = (path: YamlPath): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
