import { OperatorError } from '../../core/errors.ts';
import type { Exec, Vip } from '../../core/ports.ts';
import type { CarpSystem, Seat, VhostWish } from './carp-system.ts';
import { notUnderstood, preemptHere, readNumbers } from './circumstances.ts';
import type { Command, OpenCommand, Secret } from './command.ts';
import { addressOn } from './seat.ts';
import { showInterface } from './show.ts';
import { ofHost } from './words.ts';

const UNICAST_SINCE = 1_400_000;
/** Duplicate detection does not apply to addresses of a virtual host; this is for a host under load. */
const SETTLE_MS = 2_000;
const SETTINGS = ['net.inet.carp.allow', 'net.inet.carp.preempt', 'net.inet.carp.demotion'] as const;

/** CARP as a number on an interface: FreeBSD 10 and newer; see carp(4). */
export function freebsdCarp(exec: Exec, wish: VhostWish): CarpSystem {
  const { vhid, advbaseSeconds, peer } = wish;
  // From version 14 on, a command with a vhid and without a peer goes back to multicast: so every one of them says it.
  const named = ['vhid', String(vhid), ...(peer === '' ? [] : [peer.includes(':') ? 'peer6' : 'peer', peer])];
  const settings = (password: Secret | undefined): Command => [
    ...(named as [string, ...string[]]),
    ...['advbase', String(advbaseSeconds), 'advskew', '0'],
    ...(password === undefined ? [] : ['pass', password]),
  ];
  const emptySeat = (link: string): Seat => ({
    ...{ link, bearer: link, vhost: undefined, addresses: [] },
    ...{ physical: { isThere: false, hasCarrier: false, addresses: [] }, hasBearer: false, isUp: true },
  });

  return {
    wishOn: () => wish,
    emptySeat,
    async look(link) {
      const listing = await showInterface(exec, link);
      if (listing === undefined) return emptySeat(link);
      const { hasCarrier, vhosts } = listing;
      const [addresses, others] = parted(listing.addresses, (address) => address.vhid === vhid);
      return {
        ...{ link, bearer: link, addresses, hasBearer: true, isUp: true },
        physical: { isThere: true, hasCarrier, addresses: others },
        vhost: vhosts.find((one) => one.vhid === vhid),
      };
    },
    async circumstances() {
      const { numbers, failed } = await readNumbers(exec, SETTINGS);
      const [allow, preempt, demotion = 0] = numbers;
      return {
        refusal: (failed && notLoaded(failed)) ?? notAllowed(allow) ?? (await tooOld(exec, peer)),
        demotion: Math.max(0, demotion),
        deciders: preempt === 1 ? [preemptHere] : [],
        notUnderstood: await notUnderstood(exec),
      };
    },
    whyNotTake: (seat, vips) => ofHost(seat, vips, (vip) => removal(vip).join(' ')),
    takeCommands(seat, { vips, password }) {
      const missing = vips.filter((vip) => addressOn(seat, vip) === undefined);
      const isMaster = missing.length === 0 && seat.vhost?.state === 'MASTER';
      const [first, ...others] = missing;
      return [
        first === undefined
          ? ['ifconfig', seat.link, ...settings(password)]
          : ['ifconfig', seat.link, family(first), ...settings(password), 'alias', withLength(first)],
        ...others.map((vip): Command => [
          'ifconfig',
          seat.link,
          family(vip),
          ...named,
          'alias',
          withLength(vip),
        ]),
        ...(isMaster ? [] : [['ifconfig', seat.link, ...named, 'state', 'master'] as const]),
      ];
    },
    // Without its last address a virtual host is gone: nothing is left that could become master by itself.
    releaseCommands(seat, vips, kept) {
      const there = vips.filter((vip) => addressOn(seat, vip) !== undefined);
      if (there.length === 0 || kept.length === 0) return there.map(removal);
      // With one address less it begins anew, as a backup.
      return [...there.map(removal), ['ifconfig', seat.link, ...named, 'state', 'master']];
    },
    blindReleaseCommands: (vips) => vips.map(removal),
    settleMs: SETTLE_MS,
    isOnItsWay: (seat, vips) => vips.some((vip) => addressOn(seat, vip)?.state === 'tentative'),
  };
}

const family = (vip: Vip): string => (vip.family === 4 ? 'inet' : 'inet6');
const withLength = ({ address, prefixLength }: Vip): string => `${address}/${prefixLength}`;
const removal = (vip: Vip): OpenCommand => ['ifconfig', vip.link, family(vip), vip.address, '-alias'];

function parted<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): readonly [Item[], Item[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

const notLoaded = ({ hint }: OperatorError): OperatorError =>
  new OperatorError('VIP_FAILED', 'there is no net.inet.carp in sysctl: CARP is not loaded', { hint });

const notAllowed = (allow: number | undefined): OperatorError | undefined =>
  allow === 0
    ? new OperatorError(
        'VIP_FAILED',
        'net.inet.carp.allow is 0: every virtual host of this host stays in INIT',
        {
          hint: 'sysctl net.inet.carp.allow=1, and take it out of /etc/sysctl.conf',
        },
      )
    : undefined;

async function tooOld(exec: Exec, peer: string): Promise<OperatorError | undefined> {
  if (peer === '') return undefined;
  const { numbers } = await readNumbers(exec, ['kern.osreldate']);
  const [date = UNICAST_SINCE] = numbers;
  if (date >= UNICAST_SINCE) return undefined;
  return new OperatorError('VIP_FAILED', 'CARP has unicast from FreeBSD 14 on, and this host is older', {
    hint: 'remove `unicast` from the carp section of the group, or upgrade',
  });
}
