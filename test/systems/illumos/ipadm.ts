import type { Outcome } from '../model.ts';
import { createAddr } from './ipadm-create-addr.ts';
import { deleteAddr } from './ipadm-delete-addr.ts';
import { setProp, showProp } from './ipadm-prop.ts';
import { showAddr } from './ipadm-show-addr.ts';
import { showIf } from './ipadm-show-if.ts';
import type { Machine } from './machine.ts';

type Subcommand = (machine: Machine, args: readonly string[]) => Outcome | Promise<Outcome>;

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  'create-addr': createAddr,
  'delete-addr': deleteAddr,
  'show-addr': showAddr,
  'show-if': showIf,
  'set-prop': setProp,
  'show-prop': showProp,
};

/** Its usage text is not given in full: nobody may depend on it. */
const USAGE = 'usage:  ipadm <subcommand> <args> ...\n';

export async function ipadm(machine: Machine, args: readonly string[]): Promise<Outcome> {
  const [name, ...rest] = args;
  if (name === undefined) return { rc: 1, stdout: '', stderr: USAGE };
  const subcommand = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  if (subcommand !== undefined) return subcommand(machine, rest);
  return { rc: 1, stdout: '', stderr: `ipadm: unknown subcommand '${name}'\n${USAGE}` };
}
