import { ManualClock } from '../../fakes/manual-clock.ts';
import { createLan } from '../lan.ts';
import type { Lan } from '../lan.ts';
import type { Outcome } from '../model.ts';
import { passTimeUntil } from '../pass-time.ts';
import { illumosHost } from './host.ts';
import type { IllumosHost } from './host.ts';
import type { IllumosSetup } from './setup.ts';

export const VIP = '10.77.0.100';
export const VIP6 = 'fd77::100';

/** Hosts of illumos on one LAN, with a clock that a test moves. */
export interface Stage {
  readonly clock: ManualClock;
  readonly lan: Lan;
  readonly host: IllumosHost;
  /** Runs a command on the host, letting pass as much time as it needs; words are separated by blanks. */
  run(command: string, host?: IllumosHost): Promise<Outcome>;
  /** As `run`, for a command that must succeed; its stdout. */
  must(command: string, host?: IllumosHost): Promise<string>;
  /** One more host on the LAN, with the next own address. */
  another(options?: Partial<IllumosSetup>): Promise<IllumosHost>;
}

export async function makeStage(options: Partial<IllumosSetup> = {}): Promise<Stage> {
  const clock = new ManualClock();
  const lan = createLan();
  let hosts = 0;
  const another = async (own: Partial<IllumosSetup> = {}): Promise<IllumosHost> => {
    hosts += 1;
    const links = own.links ?? [{ name: 'e1000g0', mac: `8:0:27:1:2:${hosts + 2}` }];
    const places = Object.fromEntries(links.map(({ name }) => [name, 'lan']));
    return illumosHost({
      ...{ clock, links, wire: lan.join(`h${hosts}`, places), random: () => 0.5 },
      addresses: [{ object: 'e1000g0/v4', address: `10.77.0.${hosts}/24` }],
      netmasks: { '10.0.0.0': '255.255.255.0' },
      ...own,
    });
  };
  const host = await another(options);
  const run = async (command: string, on: IllumosHost = host): Promise<Outcome> =>
    passTimeUntil(clock, on.run(command.split(' ')));
  return {
    ...{ clock, lan, host, another, run },
    async must(command, on) {
      const { rc, stdout, stderr } = await run(command, on);
      if (rc !== 0) throw new Error(`${command}: ${rc}, ${stderr}`);
      return stdout;
    },
  };
}

export const CREATE = `ipadm create-addr -t -T static -a ${VIP}/32 e1000g0/sealvip0`;
export const CREATE6 = `ipadm create-addr -t -T static -a ${VIP6}/128 e1000g0/sealvip1`;
export const ADDIF = `ifconfig e1000g0 addif ${VIP}/32 up`;
