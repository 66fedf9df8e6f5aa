import type { Outcome } from '../model.ts';
import { numberFault } from '../bsd/arguments.ts';
import { attempt, refused, strerror } from '../bsd/errno.ts';
import { printed, refuse } from '../bsd/outcome.ts';
import type { OpenbsdGroups } from './openbsd-groups.ts';
import type { OpenbsdVariants } from './openbsd-variants.ts';

export interface GroupCommandOptions {
  readonly groups: OpenbsdGroups;
  readonly variants: OpenbsdVariants;
  readonly isPrivileged: boolean;
}

const DEMOTION_MAX = 128;
const USAGE =
  'usage: ifconfig [-AaC] [interface] [address_family] [address [dest_address]]\n\t\t[parameters]\n';

/** `ifconfig -g group [[-]carpdemote [number]]` */
export function groupCommand(
  args: readonly string[],
  { groups, variants, isPrivileged }: GroupCommandOptions,
): Outcome {
  const [group = '', word, text = '1'] = args;
  if (word === undefined) return showGroup(group, groups);
  const fault = numberFault(text, 0, variants.demotionLimit === 'ifconfig' ? DEMOTION_MAX : Infinity);
  if (fault !== undefined) refuse('ifconfig', `invalid carp demotion: ${fault}`);
  if (!/^-?carpdemote$/.test(word)) return { rc: 1, stdout: '', stderr: USAGE };
  const by = word.startsWith('-') ? -Number(text) : Number(text);
  const code = attempt(() => {
    if (!isPrivileged) refused('EPERM');
    if (Math.abs(by) > DEMOTION_MAX) refused('EINVAL');
    groups.demote(group, by);
  });
  if (code !== undefined) refuse('ifconfig', `SIOCSIFGATTR: ${strerror(code)}`);
  return printed('');
}

function showGroup(group: string, groups: OpenbsdGroups): Outcome {
  if (groups.members(group) === undefined) refuse('ifconfig', `SIOCGIFGATTR: ${strerror('ENOENT')}`);
  return printed(`${group}: carp demote count ${groups.countOf(group)}\n`);
}
