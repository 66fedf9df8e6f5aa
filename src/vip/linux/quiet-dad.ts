import { type InterfaceSysctl, isOn, switchOn } from './interface-sysctl.ts';

/**
 * Duplicate address detection kept off on an interface for as long as IPv6 VIPs are being added.
 *
 * The kernel sends an unsolicited neighbour advertisement for a new address only when it did not have to prove it:
 * with accept_dad=0 and ndisc_notify=1, and without the word `nodad` (measured on 6.18: at once, instead of after 1.4
 * to 1.9 s with detection, and never with `nodad`). Detection itself would be wrong here: while the old holder still
 * answers, it would make the VIP unusable for good.
 *
 * accept_dad counts as the higher one of `all` and the interface, so with all/accept_dad=1 this is not possible, and
 * the caller adds with `nodad` and leaves the advertisement to announce.ts. If the agent is killed within the few
 * milliseconds, detection stays off on that interface: worth less than a helper that would put it right.
 */
export interface QuietDad {
  /** True when an address added now is advertised by the kernel. Each call needs one `leave`. */
  enter(link: string): boolean;
  leave(link: string): void;
}

export function quietDad(sysctl: InterfaceSysctl): QuietDad {
  // Two groups may be brought up at once: the first in notes what was there, the last out puts it back.
  const entered = new Map<string, { users: number; before: string | undefined; speaking: boolean }>();

  return {
    enter(link) {
      const present = entered.get(link);
      if (present !== undefined) {
        present.users += 1;
        return present.speaking;
      }
      const off = !isOn(sysctl, 'ipv6', link, 'accept_dad');
      const before = sysctl.read('ipv6', link, 'accept_dad');
      const switchedOff =
        !off &&
        before !== undefined &&
        Number(sysctl.read('ipv6', 'all', 'accept_dad') ?? 0) < 1 &&
        sysctl.write('ipv6', link, 'accept_dad', '0');
      const speaking = (off || switchedOff) && switchOn(sysctl, 'ipv6', link, 'ndisc_notify');
      entered.set(link, { users: 1, before: switchedOff ? before : undefined, speaking });
      return speaking;
    },
    leave(link) {
      const present = entered.get(link);
      if (present === undefined) return;
      present.users -= 1;
      if (present.users > 0) return;
      entered.delete(link);
      // Somebody else's word in between stands.
      if (present.before !== undefined && sysctl.read('ipv6', link, 'accept_dad') === '0')
        sysctl.write('ipv6', link, 'accept_dad', present.before);
    },
  };
}
