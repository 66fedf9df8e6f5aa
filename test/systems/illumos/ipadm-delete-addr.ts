import type { Outcome } from '../model.ts';
import { NO_ADDRESS } from './address-text.ts';
import type { AddressObject } from './address-objects.ts';
import { DONE, NO_IPMGMTD, STATUS, UNAUTHORIZED, failed } from './ipadm-answer.ts';
import type { Errno } from './kernel.ts';
import type { Machine } from './machine.ts';
import { readOptions } from './options.ts';

/** `delete-addr [-r] OBJECT`: from the active and, where it is there, the persistent configuration. */
export async function deleteAddr(machine: Machine, args: readonly string[]): Promise<Outcome> {
  const { operands, problem } = readOptions(args, 'r');
  if (problem !== undefined) return failed(problem);
  const [name, ...more] = operands;
  if (name === undefined || more.length > 0) return failed('Usage: delete-addr [-r] <addrobj>');
  const deleted = await deleteObject(machine, machine.objects.find(name));
  return deleted === undefined ? DONE : failed(`could not delete address: ${deleted}`);
}

async function deleteObject(
  machine: Machine,
  object: AddressObject | undefined,
): Promise<string | undefined> {
  const { conditions, variants, objects } = machine;
  if (!conditions.isAuthorized) return UNAUTHORIZED;
  if (!conditions.hasIpmgmtd) return NO_IPMGMTD;
  if (object === undefined) return variants.words.deleteMissing;
  const wasDuplicate = object.lif?.isDuplicate === true;
  const problem = await takeOff(machine, object);
  if (problem !== undefined) return STATUS[problem];
  objects.delete(object);
  const isDenied = wasDuplicate && variants.deleteOfDuplicate === 'says not found';
  return isDenied ? variants.words.deleteMissing : undefined;
}

/** Logical interface 0 stays and loses its address. */
async function takeOff({ kernel }: Machine, { lif, family }: AddressObject): Promise<Errno | undefined> {
  if (lif === undefined) return undefined;
  if (lif.number !== 0) return kernel.removeLif(lif);
  return (await kernel.setDown(lif)) ?? (await kernel.setAddress(lif, NO_ADDRESS[family], 0));
}
