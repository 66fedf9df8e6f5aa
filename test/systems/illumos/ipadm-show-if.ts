import type { Outcome } from '../model.ts';
import { failed, printed } from './ipadm-answer.ts';
import type { IpInterface } from './interfaces.ts';
import type { Machine } from './machine.ts';
import { readOptions } from './options.ts';
import { tableText } from './output-table.ts';
import type { Row } from './output-table.ts';
import { chosenForm } from './table-form.ts';

const COLUMNS = { ifname: 11, state: 9, current: 13, persistent: 11 };

/** `show-if [[-p] -o FIELD,…] [INTERFACE]`. */
export async function showIf(machine: Machine, args: readonly string[]): Promise<Outcome> {
  const { given, operands, problem } = readOptions(args, 'po:');
  if (problem !== undefined) return failed(problem);
  const form = chosenForm(COLUMNS, given.has('p'), given.get('o') ?? Object.keys(COLUMNS).join());
  if ('problem' in form) return failed(form.problem);
  const { kernel, persistentLinks } = machine;
  const active = [...new Set(kernel.all().map(({ name }) => name))];
  const disabled = [...persistentLinks].filter((name) => !active.includes(name));
  const names = [...active, ...disabled].filter((name) => operands.length === 0 || operands.includes(name));
  if (operands.length > 0 && names.length === 0)
    return failed('Could not get interface(s): Interface does not exist');
  const rows = await Promise.all(names.map((name) => rowOf(machine, name)));
  return printed(tableText(COLUMNS, rows, form));
}

async function rowOf({ kernel, persistentLinks }: Machine, name: string): Promise<Row> {
  const on = ([4, 6] as const).map((family) => kernel.find(name, family));
  const families = (['4', '6'] as const).map((mark, at) => (on[at] === undefined ? '-' : mark)).join('');
  const known = on[0] ?? on[1];
  const persistent = persistentLinks.has(name) ? '-46' : '---';
  if (known === undefined) return { ifname: name, state: 'disabled', current: '------------', persistent };
  const { isRunning, hasFailed } = await kernel.conditionOf(known);
  const isUp = on.some((each) => each?.lifs.get(0)?.isUp === true || each?.kind === 'group');
  const state = hasFailed ? 'failed' : isUp && isRunning ? 'ok' : 'down';
  return { ifname: name, state, current: `${kindText(known)}${families}`, persistent };
}

/** `bmpvIsiVaZ`: broadcast, multicast, point-to-point, virtual, IPMP and so on. */
function kindText({ kind, family }: IpInterface): string {
  const isBroadcast = kind !== 'loopback' && family === 4;
  return `${isBroadcast ? 'b' : '-'}m-${kind === 'loopback' ? 'v' : '-'}${kind === 'group' ? 'I' : '-'}-----`;
}
