import { hookBudgetMs } from '../core/hooks.ts';
import type { GroupSettings, VipSettings } from '../core/settings.ts';
import { SECOND_MS, type NodeName } from '../core/units.ts';
import { netbsdSettleMs } from './carp/netbsd.ts';
import { adapterKind, type AdapterKind } from './system.ts';

/** What the decisions have to know of a group's adapter on one node. */
export interface Traits {
  /** The VIP may be on two hosts for the moment of a handover. */
  readonly overlap: boolean;
  /** VIPs go by themselves when nobody renews them. */
  readonly leased: boolean;
  /** The longest that one call may take. */
  readonly callMs: number;
  /** What bringing the VIPs up takes at most where nothing is wrong, with what the system probes. */
  readonly upMs: number;
}

export const CALL_MS = 15 * SECOND_MS;
/** Around an operator's program: what a look and the guard may take beside it. */
const AROUND_MS = 5 * SECOND_MS;

export function traitsOf(group: GroupSettings, node: NodeName, platform: NodeJS.Platform): Traits {
  const kind = adapterKind(group.adapters.get(node) ?? 'auto', platform);
  const { script, command, carp, hooks } = group;
  // The call waits for them before the adapter is asked.
  const hooksMs = hookBudgetMs(hooks, 'pre_up');
  const callMs = Math.max(
    CALL_MS,
    kind === 'script' && script !== undefined ? 2 * script.timeoutMs + AROUND_MS : 0,
    kind === 'command' && command !== undefined ? command.giveUpMs + AROUND_MS : 0,
    kind === 'carp' && carp !== undefined && platform === 'netbsd'
      ? netbsdSettleMs(carp.advbaseSeconds) + AROUND_MS
      : 0,
  );
  return {
    overlap: mayOverlap(kind, group, platform),
    leased: isLeased(kind, group),
    callMs: callMs + hooksMs,
    upMs: upMsOf(kind, group, platform) + hooksMs,
  };
}

/** A tool that is started, asked, and looked at once more, on a busy host. */
const TOOL_MS = 500;
/** IPv6 with detection of duplicates, where we cannot do without. */
const PROBED_MS = 2_500;
/** ipadm is waited for until the address is no longer tentative. */
const ILLUMOS_MS = 7_500;
/** Three probes for IPv4, and two seconds of listening. */
const NETBSD_MS = 7_500;

function upMsOf(kind: AdapterKind, group: GroupSettings, platform: NodeJS.Platform): number {
  const { script, command, carp } = group;
  switch (kind) {
    case 'linux':
    case 'simulated':
      return TOOL_MS;
    case 'freebsd':
    case 'openbsd':
      return group.vips.every(isV4) ? TOOL_MS : PROBED_MS;
    case 'illumos':
    case 'illumos-ifconfig':
      return ILLUMOS_MS;
    case 'netbsd':
      return NETBSD_MS;
    case 'carp':
      return platform === 'netbsd' ? netbsdSettleMs(carp?.advbaseSeconds ?? 1) : PROBED_MS;
    case 'script':
      return script?.timeoutMs ?? CALL_MS;
    case 'command':
      return command?.giveUpMs ?? CALL_MS;
  }
}

const isLeased = (kind: AdapterKind, { command }: GroupSettings): boolean =>
  kind !== 'command' || command?.also !== undefined;

/**
 * A system that probes for duplicates refuses an address that another host still has: there the giver lets go first.
 * NetBSD and illumos do so for IPv4 too, the others for IPv6; Linux does not for the addresses that we add.
 */
function mayOverlap(kind: AdapterKind, group: GroupSettings, platform: NodeJS.Platform): boolean {
  switch (kind) {
    case 'linux':
    case 'simulated':
      return true;
    case 'freebsd':
    case 'openbsd':
      return group.vips.every(isV4);
    case 'illumos':
    case 'illumos-ifconfig':
    case 'netbsd':
    case 'carp':
      return false;
    case 'script':
      return group.script?.overlap ?? false;
    case 'command': {
      const { overlap = false, also } = group.command ?? {};
      return overlap && (also === undefined || mayOverlap(adapterKind(also, platform), group, platform));
    }
  }
}

const isV4 = ({ family }: VipSettings): boolean => family === 4;
