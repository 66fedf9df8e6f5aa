import { OperatorError } from '../../core/errors.ts';
import type { Exec } from '../../core/ports.ts';
import { carpInterface } from './carp-interface.ts';
import type { CarpSystem, Circumstances, VhostWish } from './carp-system.ts';
import { attempt, notUnderstood, preemptHere, readNumbers } from './circumstances.ts';

/** Probing for duplicates of IPv6 addresses takes a second or so. */
const SETTLE_MS = 3_000;
const IFSTATED =
  'ifstated(8) is running, which may set carp interfaces up and down too; take them out of /etc/ifstated.conf, or rcctl disable ifstated';

export function openbsdCarp(exec: Exec, bearer: string, wish: VhostWish): CarpSystem {
  return carpInterface(exec, bearer, wish, {
    alias: ({ family, address, prefixLength }) => [
      family === 4 ? 'inet' : 'inet6',
      'alias',
      `${address}/${prefixLength}`,
    ],
    remove: ({ family, address }) => [family === 4 ? 'inet' : 'inet6', address, 'delete'],
    peerWords: ({ vhost }, peer) =>
      peer !== '' ? ['carppeer', peer] : vhost !== undefined && vhost.peers.length > 0 ? ['-carppeer'] : [],
    // In one command: `state master` is ignored as long as the interface is down.
    riseWords: ['advskew', '0', 'up', 'state', 'master'],
    mayResettle: true,
    settleMs: SETTLE_MS,
    silenceMs: 0,
    circumstances: () => circumstances(exec),
  });
}

async function circumstances(exec: Exec): Promise<Circumstances> {
  const { numbers } = await readNumbers(exec, ['net.inet.carp.allow', 'net.inet.carp.preempt']);
  const [allow, preempt] = numbers;
  const group = await attempt(exec, ['ifconfig', '-g', 'carp']);
  const [, demotion] = /carp demote count (\d+)/.exec(group?.stdout ?? '') ?? [];
  const ifstated = await attempt(exec, ['pgrep', '-x', 'ifstated']);
  return {
    refusal: notAllowed(allow),
    demotion: Number(demotion ?? 0),
    deciders: [...(preempt === 1 ? [preemptHere] : []), ...(ifstated?.exitCode === 0 ? [IFSTATED] : [])],
    notUnderstood: await notUnderstood(exec),
  };
}

export const notAllowed = (allow: number | undefined): OperatorError | undefined =>
  allow === 0
    ? new OperatorError(
        'VIP_FAILED',
        'net.inet.carp.allow is 0: no carp interface of this host hears or serves',
        {
          hint: 'sysctl net.inet.carp.allow=1 (NetBSD: sysctl -w), and take it out of /etc/sysctl.conf',
        },
      )
    : undefined;
