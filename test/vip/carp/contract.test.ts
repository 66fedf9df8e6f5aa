// Goal: what every adapter promises, CARP promises too, on models of four hosts.
import { contract } from '../contract.ts';
import { modelContract } from '../model-contract.ts';
import { carpStage, isFreebsd, type SystemName } from './stages.ts';

/** Without duplicate detection on NetBSD, as docs/systems/carp.md wants it. */
async function stageOf(system: SystemName, host: object = {}) {
  const stage = carpStage(system, { host });
  if (system === 'netbsd') {
    await stage.type('sysctl -w net.inet.ip.dad_count=0');
    await stage.type('sysctl -w net.inet6.ip6.dad_count=0');
  }
  const takeAway = async (vip: Parameters<typeof stage.takeAway>[0]): Promise<void> => {
    await stage.takeAway(vip);
    // On FreeBSD the whole virtual host begins anew when it loses an address; whoever takes one away makes it master again.
    if (isFreebsd(system)) await stage.type(`ifconfig ${vip.link} vhid 1 state master`);
  };
  return { ...stage, takeAway };
}

/** What the guard does to a carp interface, it does to all of its addresses. */
const together = { leftTogether: true };
const stages: Readonly<Record<string, readonly [SystemName, object]>> = {
  'freebsd 14': ['freebsd 14', {}],
  'freebsd 13': ['freebsd 13', {}],
  'freebsd, other outcomes': [
    'freebsd 14',
    { netlinkLine: true, listing: 'byFamily', forgetsPeer: false, hashCoversAddresses: false },
  ],
  openbsd: ['openbsd', {}],
  'openbsd, other outcomes': ['openbsd', { aliasAgain: 'refused', hostBroadcast: false, masterDownSkews: 1 }],
  netbsd: ['netbsd', {}],
  'netbsd, other outcomes': ['netbsd', { aliasAgain: 'refused', zeroFlags: '0x0', changeResets: false }],
};

for (const [name, [system, variants]] of Object.entries(stages)) {
  const makeStage = () => stageOf(system, { variants });
  contract(`carp on ${name}`, makeStage, isFreebsd(system) ? {} : together);
  if (!name.includes('other outcomes')) modelContract(`carp on ${name}`, makeStage, { seesOwn: false });
}
