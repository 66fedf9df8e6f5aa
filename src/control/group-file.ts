import { readFileSync, statSync } from 'node:fs';
import { OperatorError } from '../core/errors.ts';

const GROUP_FILE = '/etc/group';

/** A group's name or number → its number. Throws OperatorError USAGE. Source: group(5). */
export function groupIdOf(group: string): number {
  if (/^\d{1,9}$/.test(group)) return Number(group);
  const gid = groupLines().find(([name]) => name === group)?.[2];
  if (gid !== undefined && /^\d+$/.test(gid)) return Number(gid);
  throw new OperatorError('USAGE', `there is no group "${group}" in ${GROUP_FILE}`, {
    hint: `create it, or give the number of one that a directory service knows (getent group ${group})`,
  });
}

/** Who may use a file of mode 0660, in words, for someone who may not. */
export function whoMayUse(path: string): string {
  try {
    const { uid, gid } = statSync(path);
    const owner = uid === 0 ? 'root' : `the user with the number ${uid}`;
    const name = groupLines().find((line) => line[2] === String(gid))?.[0];
    return gid === 0 ? owner : `${owner} or a member of group ${name ?? gid}`;
  } catch {
    return 'root'; // hidden by its directory's mode
  }
}

function groupLines(): readonly string[][] {
  try {
    return readFileSync(GROUP_FILE, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return []; // numbers still work
  }
}
