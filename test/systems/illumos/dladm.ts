import type { Outcome } from '../model.ts';
import type { Machine } from './machine.ts';
import { readOptions } from './options.ts';
import { tableText } from './output-table.ts';
import { chosenForm } from './table-form.ts';

const COLUMNS = { link: 12, class: 10, mtu: 7, state: 9, bridge: 11, over: 30 };
const USUAL = 'link,class,mtu,state,bridge,over';

const refused = (sentence: string): Outcome => ({ rc: 1, stdout: '', stderr: `dladm: ${sentence}\n` });

/** `show-link [[-p] -o FIELD,…] [LINK]` and nothing else. The wording of its errors is not certain. */
export async function dladm({ setup }: Machine, args: readonly string[]): Promise<Outcome> {
  const [subcommand = '', ...rest] = args;
  if (setup.zone === 'shared') return refused('could not open /dev/dld: object not found');
  if (subcommand !== 'show-link') return refused(`unknown subcommand '${subcommand}'`);
  const { given, operands, problem } = readOptions(rest, 'po:');
  if (problem !== undefined) return refused(problem);
  if (given.has('p') && !given.has('o')) return refused('output fields must be specified in parsable mode');
  const form = chosenForm(COLUMNS, given.has('p'), given.get('o') ?? USUAL);
  if ('problem' in form) return refused(form.problem);
  const links = setup.links.filter(({ name }) => operands.length === 0 || operands.includes(name));
  if (operands.length > 0 && links.length === 0)
    return refused(`failed to show link ${operands.join()}: object not found`);
  const rows = links.map(async ({ name, driver = 'fast' }) => {
    const state = driver === 'slow' ? 'unknown' : (await setup.wire.hasCarrier(name)) ? 'up' : 'down';
    return { link: name, class: 'phys', mtu: '1500', state };
  });
  return { rc: 0, stdout: tableText(COLUMNS, await Promise.all(rows), form), stderr: '' };
}
