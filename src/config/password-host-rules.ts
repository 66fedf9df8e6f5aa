import type { NodeSettings, Settings } from '../core/settings.ts';
import { octal, type Files } from './program-host-rules.ts';
import type { Finding } from './shape-problems.ts';

/** What the adapter refuses as well, but only when the group is to be taken. */
const MORE_THAN_OWNER_READS_AND_WRITES = 0o177;

/** Whether the files with CARP passwords are there on this node, and their owner's alone. */
export function hostPasswordFindings(
  { groups }: Settings,
  { name: self }: NodeSettings,
  files: Files,
): readonly Finding[] {
  return groups.flatMap(({ name, adapters, carp }) => {
    if (adapters.get(self) !== 'carp' || carp === undefined || carp.passwordFile === '') return [];
    const text = whyNot(carp.passwordFile, files);
    if (text === undefined) return [];
    return [{ severity: 'error', path: ['groups', name, 'carp', 'password_file'], text }];
  });
}

function whyNot(file: string, { factsOf, realPath }: Files): string | undefined {
  const facts = factsOf(realPath(file));
  if (facts.is === 'missing') return `${file} does not exist; write the CARP password there, with mode 0600`;
  if (facts.is === 'unreadable') return `${file} may not be read by this user; run the check as root`;
  if (facts.is !== 'file') return `${file} is not a file`;
  if ((facts.mode & MORE_THAN_OWNER_READS_AND_WRITES) === 0) return undefined;
  return `${file} may be read or used by others, its mode is ${octal(facts.mode)}; chmod 0600 ${file}`;
}
