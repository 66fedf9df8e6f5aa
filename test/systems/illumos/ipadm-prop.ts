import type { Outcome } from '../model.ts';
import { DONE, NO_IPMGMTD, UNAUTHORIZED, failed, printed } from './ipadm-answer.ts';
import type { Machine } from './machine.ts';
import { readOptions } from './options.ts';
import { tableText } from './output-table.ts';
import { chosenForm } from './table-form.ts';

const COLUMNS = {
  ...{ proto: 6, property: 22, perm: 5, current: 13 },
  ...{ persistent: 13, default: 13, possible: 15 },
};

/** `set-prop [-t] -p PROPERTY=VALUE PROTOCOL`. */
export function setProp({ tunables, conditions }: Machine, args: readonly string[]): Outcome {
  const { given, operands, problem } = readOptions(args, 'p:t');
  if (problem !== undefined) return failed(problem);
  const [protocol, ...more] = operands;
  const assignment = given.get('p');
  if (assignment === undefined || protocol === undefined || more.length > 0)
    return failed('Usage: set-prop [-t] -p <prop>[+|-]=<value[,...]> <protocol>');
  const [name = '', value = ''] = assignment.split('=');
  if (value === '') return failed('please specify the value to be set.');
  if (protocol !== 'ip') return failed(`invalid protocol '${protocol}' specified`);
  const refused = (sentence: string): Outcome => failed(`set-prop: ${name}: ${sentence}`);
  if (!conditions.isAuthorized) return refused(UNAUTHORIZED);
  const tunable = tunables.get(name);
  if (tunable === undefined) return refused('Unknown property');
  if (!/^\d+$/.test(value)) return refused('Invalid argument provided');
  if (Number(value) > tunable.highest) return refused('Value is outside the allowed range');
  if (!conditions.isPrivileged) return refused('Permission denied');
  tunable.current = Number(value);
  if (given.has('t')) return DONE;
  if (!conditions.hasIpmgmtd) return refused(NO_IPMGMTD);
  tunable.persistent = Number(value);
  return DONE;
}

/** `show-prop [[-c] -o FIELD,…] [-p PROPERTY,…] [PROTOCOL]`. */
export function showProp({ tunables }: Machine, args: readonly string[]): Outcome {
  const { given, operands, problem } = readOptions(args, 'p:co:');
  if (problem !== undefined) return failed(problem);
  const [protocol = 'ip'] = operands;
  if (operands.length === 0 && given.has('p'))
    return failed('protocol must be specified when property name is used');
  if (protocol !== 'ip') return failed(`invalid protocol '${protocol}' specified`);
  if (given.has('c') && !given.has('o')) return failed('output fields must be specified in parsable mode');
  const form = chosenForm(COLUMNS, given.has('c'), given.get('o') ?? Object.keys(COLUMNS).join());
  if ('problem' in form) return failed(form.problem);
  const names = given.get('p')?.split(',') ?? [...tunables.keys()];
  const rows = names.flatMap((property) => {
    const tunable = tunables.get(property);
    if (tunable === undefined) return [];
    const { current, persistent, standard, highest } = tunable;
    return {
      ...{ proto: protocol, property, perm: 'rw', current: `${current}` },
      persistent: persistent === undefined ? '' : `${persistent}`,
      ...{ default: `${standard}`, possible: `0-${highest}` },
    };
  });
  const hasUnknown = rows.length < names.length;
  return { ...printed(tableText(COLUMNS, rows, form)), rc: hasUnknown ? 1 : 0 };
}
