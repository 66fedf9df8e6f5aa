import { lengthFor, parseAddress } from './ifconfig-address.ts';
import { ioctlFailed } from './ifconfig-session.ts';
import type { Complaint, Session } from './ifconfig-session.ts';
import { STATUS, UNAUTHORIZED } from './ipadm-answer.ts';
import { lifName, lifsOf } from './interfaces.ts';
import type { Lif } from './interfaces.ts';
import type { Machine } from './machine.ts';

/** `addif ADDRESS[/LENGTH]`: says that it has made the logical interface before it gives it the address. */
export async function addif(session: Session, text: string): Promise<Complaint> {
  const { machine, first, family } = session;
  if (first.includes(':')) return `addif: bad physical interface name ${first}`;
  const parsed = parseAddress(session, text);
  if (typeof parsed === 'string') return parsed;
  const on = machine.kernel.find(first, family);
  const lif = on === undefined ? 'ENXIO' : machine.kernel.addLif(on);
  if (on === undefined || typeof lif === 'string')
    return ioctlFailed('addif: SIOCLIFADDIF', first, typeof lif === 'string' ? lif : 'ENXIO');
  session.name = lifName(lif);
  session.print(`Created new logical interface ${session.name}\n`);
  const length = parsed.prefixLength ?? lengthFor(session, parsed.address);
  return giveAddress(machine, lif, parsed.address, length);
}

/** Through libipadm, which knows nothing of IPMP groups. */
async function giveAddress(machine: Machine, lif: Lif, address: string, length: number): Promise<Complaint> {
  const { kernel, objects, conditions, variants } = machine;
  const { on } = lif;
  const name = lifName(lif);
  if (on.group !== undefined) {
    const problem = await kernel.setAddress(lif, address, length);
    return problem === undefined ? undefined : ioctlFailed('SIOCSLIFADDR', name, problem);
  }
  const problem = conditions.isAuthorized ? await kernel.setAddress(lif, address, length) : UNAUTHORIZED;
  if (problem !== undefined) {
    await kernel.removeLif(lif);
    const words = problem in STATUS ? STATUS[problem as keyof typeof STATUS] : problem;
    return `could not create address: ${words}`;
  }
  if (variants.addifObject === 'generated') {
    const object = objects.generateName(on.name);
    objects.add({
      name: object,
      link: on.name,
      family: on.family,
      type: 'static',
      lif,
      persistent: undefined,
    });
  }
  return undefined;
}

/** `removeif ADDRESS`: of several logical interfaces with the address, the first. */
export async function removeif(session: Session, text: string): Promise<Complaint> {
  const { machine, name, family } = session;
  if (name.includes(':')) return `removeif: bad physical interface name ${name}`;
  if (text.includes('/')) return `${text}: unexpected '/'`;
  const parsed = parseAddress(session, text);
  if (typeof parsed === 'string') return parsed;
  const on = machine.kernel.find(name, family);
  if (on === undefined) return 'removeif: Interface does not exist';
  const lif = lifsOf(on).find(({ address }) => address === parsed.address);
  if (lif?.number === 0) return `removeif: cannot remove interface: ${name}`;
  if (lif === undefined)
    return `removeif: SIOCLIFREMOVEIF: ${name}: ${machine.variants.words.removeifMissing}`;
  return remove(machine, lif, name);
}

/** What is persistent stays behind, disabled. */
async function remove(machine: Machine, lif: Lif, name: string): Promise<Complaint> {
  const { kernel, objects, conditions } = machine;
  const isKnown = objects.of(lif) !== undefined;
  if (isKnown && !conditions.isAuthorized) return `could not delete address: ${UNAUTHORIZED}`;
  const problem = await kernel.removeLif(lif);
  if (problem === undefined) objects.forget(lif);
  else if (isKnown) return `could not delete address: ${STATUS[problem]}`;
  else return ioctlFailed('removeif: SIOCLIFREMOVEIF', name, problem);
  return undefined;
}

/** `IF:N unplumb` takes one logical interface away, `IF unplumb` all of a family's. */
export async function unplumb({ machine, name, family }: Session): Promise<Complaint> {
  const { kernel, objects } = machine;
  const lif = kernel.findLif(name, family);
  if (lif === undefined) return ioctlFailed('unplumb: SIOCGLIFFLAGS', name, 'ENXIO');
  const gone: readonly Lif[] = name.includes(':') ? [lif] : lifsOf(lif.on);
  const problem = name.includes(':') ? await kernel.removeLif(lif) : await kernel.unplumb(lif.on);
  if (problem !== undefined) return ioctlFailed('unplumb', name, problem);
  for (const each of gone) objects.forget(each);
  return undefined;
}

export async function plumb({ machine, name, family }: Session): Promise<Complaint> {
  const problem = machine.kernel.plumb(name, family);
  return problem === undefined ? undefined : ioctlFailed('plumb', name, problem);
}
