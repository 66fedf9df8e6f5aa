import type { NodeSettings, Settings } from '../core/settings.ts';
import { octal, type Files } from './program-host-rules.ts';
import type { Finding } from './shape-problems.ts';

/** What the adapter refuses as well, but only when the group is to be taken. */
const MORE_THAN_OWNER_READS_AND_WRITES = 0o177;

/** Whether the files with secrets are there on this node, and their owner's alone. */
export function hostPasswordFindings(
  { groups, alerts }: Settings,
  { name: self }: NodeSettings,
  files: Files,
): readonly Finding[] {
  return [...carpPasswordFindings(groups, self, files), ...alertSecretFindings(alerts, files)];
}

function carpPasswordFindings(
  groups: Settings['groups'],
  self: NodeSettings['name'],
  files: Files,
): readonly Finding[] {
  return groups.flatMap(({ name, adapters, carp }) => {
    if (adapters.get(self) !== 'carp' || carp === undefined || carp.passwordFile === '') return [];
    const text = whyNot(carp.passwordFile, 'the CARP password', files);
    if (text === undefined) return [];
    return [{ severity: 'error', path: ['groups', name, 'carp', 'password_file'], text }];
  });
}

function alertSecretFindings(alerts: Settings['alerts'], files: Files): readonly Finding[] {
  const { mail, webhooks = [] } = alerts ?? {};
  const named: readonly (readonly [path: readonly string[], file: string, what: string])[] = [
    [['mail', 'password_file'], mail?.passwordFile ?? '', 'the password of the mail server'],
    ...webhooks.flatMap(({ name, urlFile, tokenFile, headerFile }) => [
      [['webhooks', name, 'url_file'], urlFile, 'the URL'] as const,
      [['webhooks', name, 'token_file'], tokenFile, 'the token'] as const,
      [['webhooks', name, 'header_file'], headerFile, 'the headers'] as const,
    ]),
  ];
  return named.flatMap(([path, file, what]): readonly Finding[] => {
    const text = file === '' ? undefined : whyNot(file, what, files);
    return text === undefined ? [] : [{ severity: 'error', path: ['alerts', ...path], text }];
  });
}

function whyNot(file: string, what: string, { factsOf, realPath }: Files): string | undefined {
  const facts = factsOf(realPath(file));
  if (facts.is === 'missing') return `${file} does not exist; write ${what} there, with mode 0600`;
  if (facts.is === 'unreadable') return `${file} may not be read by this user; run the check as root`;
  if (facts.is !== 'file') return `${file} is not a file`;
  if ((facts.mode & MORE_THAN_OWNER_READS_AND_WRITES) === 0) return undefined;
  return `${file} may be read or used by others, its mode is ${octal(facts.mode)}; chmod 0600 ${file}`;
}
