import assert from 'node:assert/strict';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { type HearingWire, type Lan, createLan } from '../lan.ts';
import type { HostModel, Outcome } from '../model.ts';
import type { LinkOptions } from './kernel.ts';
import { pass, settled } from './passing-time.ts';

export const VIP = '10.77.0.100';
export const VIP6 = 'fd77::100';

/** A network on which hosts are put one after the other, with 10.77.0.N and fd77::N. */
export interface Stage {
  readonly lan: Lan;
  readonly clock: ManualClock;
  /** What a host needs for its N-th place; its one interface is called `link`. */
  place(
    number: number,
    link: string,
  ): { readonly clock: ManualClock; readonly wire: HearingWire; readonly links: readonly LinkOptions[] };
  pass(ms: number): Promise<void>;
  settled(): Promise<void>;
}

export function stage(): Stage {
  const lan = createLan();
  const clock = new ManualClock();
  return {
    lan,
    clock,
    place: (number, link) => ({
      clock,
      wire: lan.join(`host${number}`, { [link]: 'lan' }),
      links: [linkOf(number, link)],
    }),
    pass: (ms) => pass(clock, ms),
    settled,
  };
}

const linkOf = (number: number, name: string): LinkOptions => ({
  name,
  mac: `08:00:27:01:02:0${number + 2}`,
  addresses: [`10.77.0.${number}/24`, `fd77::${number}/64`],
});

/** A command line, split at blanks. */
export const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');

export const call = (host: HostModel, line: string): Promise<Outcome> => host.run(words(line));

/** A command that must succeed; gives back what it printed. */
export async function must(host: HostModel, line: string): Promise<string> {
  const { rc, stdout, stderr } = await call(host, line);
  assert.deepEqual({ rc, stderr }, { rc: 0, stderr: '' }, line);
  return stdout;
}

export async function mustAll(host: HostModel, lines: readonly string[]): Promise<void> {
  for (const line of lines) await must(host, line);
}
