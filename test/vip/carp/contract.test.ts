// Goal: what every adapter promises, CARP promises too, on models of four hosts.
import { contract } from '../contract.ts';
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

contract('carp on freebsd 14', () => stageOf('freebsd 14'));
contract('carp on freebsd 13', () => stageOf('freebsd 13'));
contract('carp on freebsd, other outcomes', () =>
  stageOf('freebsd 14', { variants: { netlinkLine: true, listing: 'byFamily', forgetsPeer: false } }),
);
/** What the guard does to a carp interface, it does to all of its addresses. */
const together = { leftTogether: true };

contract('carp on openbsd', () => stageOf('openbsd'), together);
contract(
  'carp on openbsd, other outcomes',
  () => stageOf('openbsd', { variants: { aliasAgain: 'refused', hostBroadcast: false, masterDownSkews: 1 } }),
  together,
);
contract('carp on netbsd', () => stageOf('netbsd'), together);
contract(
  'carp on netbsd, other outcomes',
  () => stageOf('netbsd', { variants: { aliasAgain: 'refused', zeroFlags: '0x0', changeResets: false } }),
  together,
);
