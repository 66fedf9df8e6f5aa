import { address4, CLIENT, VIP4 } from '../../test/lab/addresses.ts';
import { Lab } from '../../test/lab/lab.ts';
import { startProgram } from '../../test/lab/program.ts';
import { SEALBEAT } from '../../test/lab/sealbeat.ts';
import { PORT, type Stage } from './stage.ts';
import { Tap } from './tap.ts';

/** Real namespaces, real `ip`, real ARP. */
export async function stageInNamespaces(): Promise<Stage> {
  const lab = await Lab.create({ hosts: ['n1', 'n2'], vips: [VIP4] });
  const tap = new Tap();
  const inside = (end: string): readonly string[] => ['ip', 'netns', 'exec', lab.namespace(end)];
  return {
    what:
      'two hosts, a switch and a client in network namespaces of this machine: real addresses in the kernel, real ARP; ' +
      'the client asks the VIP every 2 ms',
    vip: VIP4,
    hosts: ['n1', 'n2'],
    groupLines: ['interface: eth0'],
    folder: lab.folder,
    outage: 'the client was without an answer',
    resolutionMs: 6,
    path: (host) => `udp://${address4(host)}:${PORT}`,
    start: (host, args) => startProgram({ namespace: lab.namespace(host), file: SEALBEAT, args }),
    async holders() {
      await lab.sync();
      return lab.holdersNow();
    },
    answeredBy: () => lab.client.answeredBy(VIP4),
    longestGapMs: (fromMs) => lab.client.longestGapMs(VIP4, { fromMs, toMs: Date.now() }),
    record: (host, count) => tap.record(inside(host), address4(host), PORT, count),
    inject: (host, frames) => tap.inject(inside(CLIENT), address4(host), PORT, frames),
    dispose() {
      tap.dispose();
      lab.dispose();
    },
  };
}
