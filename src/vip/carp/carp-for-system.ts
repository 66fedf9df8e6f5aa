import { OperatorError } from '../../core/errors.ts';
import type { Exec, VipAdapter } from '../../core/ports.ts';
import type { GroupSettings } from '../../core/settings.ts';
import type { NodeName } from '../../core/units.ts';
import { guard, noGuard, type Guard, type GuardOptions } from '../guard/guard.ts';
import { runEach } from '../guard/run-each.ts';
import type { VipOptions } from '../options.ts';
import { carpVip } from './carp.ts';
import type { CarpSystem, VhostWish } from './carp-system.ts';
import { freebsdCarp } from './freebsd.ts';
import { netbsdCarp } from './netbsd.ts';
import { openbsdCarp } from './openbsd.ts';
import { readPassword } from './password.ts';

export interface CarpVipOptions extends VipOptions {
  readonly group: GroupSettings;
  readonly node: NodeName;
  readonly openGuard?: (options: GuardOptions) => Guard;
}

/** The `carp` adapter of a group. Throws OperatorError CONFIG_INVALID where the system's CARP has not what the group wants. */
export function carpVipFor(options: CarpVipOptions, platform: NodeJS.Platform): VipAdapter {
  const { exec, spawn, clock, onProblem, stateDirectory, guarded = true, openGuard = guard, group } = options;
  const passwordFile = group.carp?.passwordFile ?? '';
  const silent = { silence: true, ...(stateDirectory === undefined ? {} : { notes: stateDirectory }) };
  return carpVip({
    ...{ exec, clock },
    system: carpSystemFor(options, platform),
    watchman: guarded ? openGuard({ spawn, clock, onProblem, takeDown: runEach, ...silent }) : noGuard,
    password: () => readPassword(passwordFile),
    hasPassword: passwordFile !== '',
  });
}

export function carpSystemFor(
  { exec, group, node }: { readonly exec: Exec; readonly group: GroupSettings; readonly node: NodeName },
  platform: NodeJS.Platform,
): CarpSystem {
  const { carp } = group;
  if (carp === undefined)
    throw invalid(`group ${group.name} has no carp section`, 'write for instance carp: { vhid: 1 }');
  const peer = carp.peers.get(node) ?? '';
  const wish: VhostWish = { vhid: carp.vhid, advbaseSeconds: carp.advbaseSeconds, peer };
  const bearer = carp.interfaces.get(node);
  switch (platform) {
    case 'freebsd':
      return freebsdCarp(exec, wish);
    case 'openbsd':
      if (peer.includes(':'))
        throw invalid(`OpenBSD's CARP has no unicast over IPv6 (${peer})`, 'name IPv4 addresses');
      return openbsdCarp(exec, named(bearer, 'OpenBSD'), wish);
    case 'netbsd':
      if (peer !== '')
        throw invalid("NetBSD's CARP has no unicast", 'remove `unicast` from the carp section');
      if (group.vips.every(({ family }) => family === 6))
        throw invalid(
          "NetBSD's CARP does not advertise IPv6 addresses alone",
          'add an IPv4 address to the group, or use adapter netbsd',
        );
      return netbsdCarp(exec, named(bearer, 'NetBSD'), wish);
    default:
      throw invalid(`${platform} has no CARP`, 'use another adapter');
  }

  function named(name: string | undefined, system: string): string {
    if (name !== undefined) return name;
    const hint = `in the carp section of group ${group.name}: interface: carp0, or one per node`;
    throw invalid(`CARP is an interface of its own on ${system}, and ${node} has none in the config`, hint);
  }
}

const invalid = (message: string, hint: string): OperatorError =>
  new OperatorError('CONFIG_INVALID', message, { hint });
