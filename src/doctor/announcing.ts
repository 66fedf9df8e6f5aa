import { vipsOnLan, type Facts, type VipHere } from './facts.ts';
import { fine, type Finding } from './finding.ts';

/** The programs that put addresses on and tell the neighbours. */
export function announcingFindings(facts: Facts): readonly Finding[] {
  const { tools } = facts;
  const vips = vipsOnLan(facts);
  if (tools === undefined) return [];
  const quiet = new Set(
    vips.filter(({ group }) => group.announce.method === 'none').map(({ group }) => group.name),
  );
  const told = vips.filter(({ group }) => !['none', 'same-mac'].includes(group.announce.method));
  const of = (family: 4 | 6): readonly VipHere[] => told.filter(({ vip }) => vip.family === family);
  return [
    ipFinding(tools.ip),
    ...(tools.arping !== undefined
      ? [fine('arping', 'arping', `${tools.arping} announces IPv4`)]
      : missing('arping', of(4))),
    ...(tools.ndptool ? [] : missing('ndptool', of(6))),
    ...[...quiet].map(notAnnounced),
  ];
}

function ipFinding(ip: 'iproute2' | 'other' | 'missing'): Finding {
  if (ip === 'iproute2') return fine('iproute', 'ip', 'iproute2');
  return {
    ...{ id: 'iproute-missing', level: 'problem', subject: 'ip' },
    what:
      ip === 'missing'
        ? 'it is not installed'
        : "it is not iproute2's (BusyBox has neither JSON nor batches)",
    why: 'no address can be set; much of this could not be looked at either',
    fix: 'apt install iproute2; apk add iproute2; dnf install iproute',
  };
}

const PACKAGES = {
  arping: 'apt install iputils-arping; dnf install iputils; apk add iputils-arping',
  ndptool: 'apt install libndp-tools; dnf install libndp; apk add libndp',
} as const;

function missing(tool: 'arping' | 'ndptool', vips: readonly VipHere[]): readonly Finding[] {
  if (vips.length === 0) return [];
  const family = tool === 'arping' ? 'IPv4' : 'IPv6';
  const strict = vips.find(({ group }) => group.announce.method === 'arping');
  return [
    {
      ...{ id: `${tool}-missing`, level: strict === undefined ? 'note' : 'problem', subject: tool },
      what: 'it is not installed',
      why:
        strict === undefined
          ? `so ${family} is announced by the kernel, at a change of the interface's address to the same one (same-mac), which makes the host forget its neighbours for a moment`
          : `${strict.group.name} says announce: { method: arping }, so ${family} is not announced at all`,
      fix: PACKAGES[tool],
    },
  ];
}

const notAnnounced = (group: string): Finding => ({
  ...{
    id: 'announce-none',
    level: 'note',
    subject: group,
    what: 'it is announced by nobody, as the config says',
  },
  why: 'after a takeover the neighbours send to the old holder until they ask again, which takes minutes',
  fix: 'right only where something else tells them; else take "announce" out of the group',
});
