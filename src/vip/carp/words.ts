import { OperatorError } from '../../core/errors.ts';
import type { Vip } from '../../core/ports.ts';
import { vipText } from '../address.ts';
import type { Seat, VhostWish } from './carp-system.ts';
import { addressOn, isAsWished, mayServe } from './seat.ts';

const nameOf = ({ bearer, link }: Seat, { vhid }: VhostWish): string =>
  bearer === link ? `vhid ${vhid} on ${link}` : `${bearer} (vhid ${vhid} on ${link})`;

const whoElse = (link: string): string => `see who it is: tcpdump -ni ${link} -c 5 proto 112`;

export function noLink(link: string): OperatorError {
  return new OperatorError('VIP_NO_INTERFACE', `${link}: no such interface`, {
    hint: 'see the names with `ifconfig -a`; the config names the interface per group, or per node',
  });
}

export function noCarrier(link: string): OperatorError {
  return new OperatorError('VIP_FAILED', `${link} has no carrier, and CARP stays in INIT without one`, {
    hint: `look at the cable and the switch; \`ifconfig ${link}\` shows "status: active" when it is back`,
  });
}

/** What the interface has for itself, or for another virtual host, is never touched. */
export function ofHost(
  { link, physical }: Seat,
  vips: readonly Vip[],
  removal: (vip: Vip) => string,
): OperatorError | undefined {
  const seat = physical ?? { addresses: [] };
  const vip = vips.find((one) => addressOn(seat, one) !== undefined);
  const found = vip && addressOn(seat, vip);
  if (vip === undefined || found === undefined) return undefined;
  const whose = found.vhid === 0 ? 'is an address of this host itself' : `belongs to vhid ${found.vhid}`;
  const message = `${found.address}/${found.prefixLength} on ${link} ${whose}, so CARP cannot carry it`;
  return new OperatorError('VIP_FAILED', message, {
    hint: `take it out of rc.conf, hostname.${link} or ifconfig.${link}, then: ${removal(vip)}`,
  });
}

/** Why a look after the last command did not show what it should. */
export function notTaken(seat: Seat, vips: readonly Vip[], wish: VhostWish): OperatorError {
  const name = nameOf(seat, wish);
  const { vhost } = seat;
  if (vhost === undefined || vhost.state === 'INIT')
    return new OperatorError('VIP_FAILED', `${name} stays in INIT`, {
      hint: `see \`ifconfig ${seat.link}\` for a carrier, and \`sysctl net.inet.carp.allow\`, which has to be 1`,
    });
  if (vhost.state === 'BACKUP')
    return new OperatorError('VIP_FAILED', `${name} fell back to BACKUP: ${rival(wish)}`, {
      hint: whoElse(seat.link),
    });
  const missing = vips.find((vip) => addressOn(seat, vip)?.state !== 'ok') ?? vips[0]!;
  const found = addressOn(seat, missing);
  const state =
    found === undefined
      ? 'is not there'
      : found.state === 'duplicate'
        ? 'is in use by another host'
        : found.state === 'tentative'
          ? 'is still being probed for duplicates'
          : found.state === 'ok'
            ? 'is not served'
            : 'cannot be used';
  return new OperatorError('VIP_FAILED', `${name} is master, but ${vipText(missing)} ${state}`, {
    hint: `see \`ifconfig ${seat.bearer}\``,
  });
}

const rival = ({ advbaseSeconds }: VhostWish): string =>
  `another host is its master, with the same or a shorter interval than advbase ${advbaseSeconds} advskew 0, with net.inet.carp.preempt=1, or with a lower demotion; or another program here has set it up anew`;

export function stillThere(seat: Seat, vip: Vip): OperatorError {
  return new OperatorError('VIP_FAILED', `${vipText(vip)} is still there`, {
    hint: `ifconfig ${seat.bearer === seat.link ? `${seat.link} ${vip.address} -alias` : `${seat.bearer} down`}`,
  });
}

export function tooLate([vip]: readonly Vip[]): OperatorError {
  const message = `${vip?.address} was gone, and its lease ended before it could be put back`;
  return new OperatorError('VIP_FAILED', message, {
    hint: 'see whether this host is starved; it is brought up again when nobody else has it',
  });
}

/** What an operator should know of a seat, as it looked last. */
export function seatNotes(
  seat: Seat,
  wish: VhostWish,
  { vips, isOurs }: { readonly vips: readonly Vip[]; readonly isOurs: boolean },
): readonly string[] {
  const name = nameOf(seat, wish);
  const { vhost, physical } = seat;
  const notes: string[] = [];
  if (physical?.isThere === true && !physical.hasCarrier) notes.push(`${seat.link} has no carrier`);
  if (!isOurs) {
    if (vips.some((vip) => mayServe(seat, vip)))
      notes.push(
        `${name} is configured here, though sealbeat has not taken it: it may become master by itself; take it out of rc.conf or hostname.if`,
      );
    return notes;
  }
  if (vhost?.state === 'BACKUP') notes.push(`${name} should be MASTER and is BACKUP: ${rival(wish)}`);
  if (vhost?.state === 'INIT') notes.push(`${name} should be MASTER and is INIT`);
  if (!isAsWished(seat, wish)) notes.push(`another program changed ${name}: ${settingsOf(seat)}`);
  return [...notes, ...strangers(seat, vips)];
}

const settingsOf = ({ vhost }: Seat): string =>
  [
    `advbase ${vhost?.advbase} advskew ${vhost?.advskew}`,
    ...(vhost?.peers ?? []).map((peer) => `peer ${peer}`),
  ].join(' ');

/** Only a carp interface is ours alone. */
function strangers(seat: Seat, vips: readonly Vip[]): readonly string[] {
  if (seat.bearer === seat.link) return [];
  const known = new Set(vips.map((vip) => addressOn(seat, vip)));
  return seat.addresses
    .filter((address) => !known.has(address))
    .map(
      ({ address }) =>
        `${seat.bearer} has ${address} too, which the config does not name; hosts whose addresses differ do not understand each other: ifconfig ${seat.bearer} ${address} delete`,
    );
}
