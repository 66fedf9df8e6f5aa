import { vipsHere, type Facts } from './facts.ts';
import { fine, type Finding } from './finding.ts';

/** From linux/capability.h. */
const NET_ADMIN = 1n << 12n;
const NET_RAW = 1n << 13n;

const UNIT = ['[Service]', 'AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW'].join('\\n');
const GRANT = [
  'mkdir -p /etc/systemd/system/sealbeat.service.d',
  `printf '${UNIT}\\n' > /etc/systemd/system/sealbeat.service.d/rights.conf`,
  'systemctl daemon-reload && systemctl restart sealbeat',
].join('\n');

export function rightsFindings(facts: Facts): readonly Finding[] {
  const { rights, euid, platform } = facts;
  if (rights === undefined) return platform === 'linux' ? [] : elsewhere(euid);
  // A file capability on the daemon would not reach `ip`: iproute2 keeps ambient ones alone.
  const has = rights.uid === 0 ? rights.effective : rights.effective & rights.ambient;
  const who = rights.of === 'agent' ? 'the agent' : 'this command';
  const as = rights.uid === 0 ? 'as root' : `as user ${rights.uid}`;
  const missing = (
    [
      ['rights-net-admin', NET_ADMIN, 'CAP_NET_ADMIN', 'no address can be added or removed'],
      ['rights-net-raw', NET_RAW, 'CAP_NET_RAW', 'arping cannot send, so neighbours hear late of a takeover'],
    ] as const
  ).filter(([, bit]) => (has & bit) === 0n);
  if (missing.length === 0) return [fine('rights', who, `runs ${as} with CAP_NET_ADMIN and CAP_NET_RAW`)];
  if (rights.of === 'agent' && vipsHere(facts).length === 0) return [];
  return missing.map(([id, , name, why]): Finding => {
    const isRoot = rights.uid === 0;
    const matters = rights.of === 'agent' || isRoot;
    return {
      ...{ id, subject: who },
      level: !matters ? 'note' : id === 'rights-net-admin' ? 'problem' : 'warning',
      what: `runs ${as} without ${name}`,
      why: matters ? why : `an agent that runs like this: ${why}; and some of this cannot be looked at`,
      fix: matters ? (isRoot ? rootFix(name) : GRANT) : 'sudo sealbeat doctor',
    };
  });
}

const rootFix = (name: string): string =>
  `give it to the container or the unit: podman run --cap-add=${name.slice('CAP_'.length)} …, or take it out of CapabilityBoundingSet=`;

function elsewhere(euid: number): readonly Finding[] {
  if (euid === 0) return [fine('rights', 'this command', 'runs as root')];
  return [
    {
      ...{ id: 'rights-net-admin', level: 'note', subject: 'this command' },
      what: `runs as user ${euid}`,
      why: 'only root changes addresses here (on illumos also a user with the authorization solaris.network.interface.config)',
      fix: 'run it as the user of the agent',
    },
  ];
}
