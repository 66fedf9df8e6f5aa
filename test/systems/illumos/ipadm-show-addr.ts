import type { Outcome } from '../model.ts';
import type { AddressObject } from './address-objects.ts';
import { NO_IPMGMTD, failed, printed } from './ipadm-answer.ts';
import { hasAddress, lifsOf } from './interfaces.ts';
import type { IpInterface } from './interfaces.ts';
import { currentText, stateOf } from './lif-state.ts';
import type { Machine } from './machine.ts';
import { readOptions } from './options.ts';
import { tableText } from './output-table.ts';
import type { Row } from './output-table.ts';
import { chosenForm } from './table-form.ts';

const COLUMNS = { addrobj: 18, type: 9, state: 13, current: 8, persistent: 11, addr: 46 };
const USUAL = 'addrobj,type,state,addr';

/** `show-addr [[-p] -o FIELD,…] [OBJECT]`, where `IF/` stands for all of an interface's. */
export async function showAddr(machine: Machine, args: readonly string[]): Promise<Outcome> {
  const { given, operands, problem } = readOptions(args, 'po:');
  if (problem !== undefined) return failed(problem);
  if (given.has('p') && !given.has('o')) return failed('-p requires -o');
  const [object = '', ...more] = operands;
  if (more.length > 0) return failed('Usage: show-addr [[-p] -o <field>,...] [<addrobj>]');
  if (operands.length > 0 && !object.includes('/')) return failed('Invalid address object name provided');
  const form = chosenForm(COLUMNS, given.has('p'), given.get('o') ?? USUAL);
  if ('problem' in form) return failed(form.problem);
  if (!machine.conditions.hasIpmgmtd) return failed(`Could not get address: ${NO_IPMGMTD}`);

  const rows = [...(await activeRows(machine)), ...machine.objects.all.filter(isDisabled).map(disabledRow)];
  const link = object.endsWith('/') ? object.slice(0, -1) : undefined;
  const wanted = rows.filter(
    ({ addrobj }) =>
      object === '' || addrobj === object || (link !== undefined && addrobj?.startsWith(object)),
  );
  if (link !== undefined && wanted.length === 0)
    return failed('Could not get address: Interface does not exist');
  if (object !== '' && wanted.length === 0) return failed(machine.variants.words.showMissing);
  return printed(tableText(COLUMNS, wanted, form));
}

async function activeRows(machine: Machine): Promise<Row[]> {
  const rows: Row[] = [];
  for (const on of machine.kernel.all()) {
    const condition = await machine.kernel.conditionOf(on);
    for (const lif of lifsOf(on).filter(hasAddress)) {
      const object = machine.objects.of(lif);
      rows.push({
        addrobj: object?.name ?? `${on.name}/?`,
        type: isFromGlobalZone(machine, on) ? 'from-gz' : (object?.type ?? 'static'),
        state: stateOf(lif, condition),
        current: currentText(lif),
        persistent: persistentText(object),
        addr: `${lif.address}/${lif.prefixLength}`,
      });
    }
  }
  return rows;
}

const isDisabled = ({ lif }: AddressObject): boolean => lif === undefined;

const disabledRow = ({ name, type, persistent }: AddressObject): Row => ({
  addrobj: name,
  type,
  state: 'disabled',
  current: '-----',
  persistent: persistent?.isUp === true ? 'U--' : '---',
  addr: persistent === undefined ? '' : `${persistent.address}/${persistent.prefixLength}`,
});

/** What `-d` was given for is not up at boot either. */
const persistentText = (object: AddressObject | undefined): string =>
  object?.persistent?.isUp === true ? 'U--' : '---';

const isFromGlobalZone = ({ setup }: Machine, on: IpInterface): boolean =>
  setup.zone === 'shared' ||
  (setup.zone === 'exclusive' && setup.allowedAddresses !== undefined && on.kind !== 'loopback');
