import { randomBytes } from 'node:crypto';
import type { Body } from '../../src/core/frame.ts';
import type { GroupId, NodeId } from '../../src/core/units.ts';
import { encodeBody } from '../../src/wire/body.ts';
import { deriveNonce, directionsBetween, openFrame, sealFrame } from '../../src/wire/frame.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import type { Row } from './row.ts';
import type { Scenario } from './scenario.ts';

const ROUND_MS = 300;
const random = { bytes: (count: number): Uint8Array => randomBytes(count) };

function beat(seq: number, digest: string, yourKey: NodeId): Body {
  return {
    ...{
      hello: false,
      probe: false,
      answer: false,
      hearsYou: true,
      canReceive: true,
      versionMax: 1,
      path: 0,
    },
    ...{ intervalUs: 250_000, timeoutUs: 3_000_000, session: 7, seq, sentUs: seq * 250_000 },
    ...{ ack: seq, echo: digest, ackDelayUs: 1_000, ackedLow: 0xffffffff, ackedHigh: 0xffffffff },
    ...{ yourKey, digest, promiseMs: 0, groupsInAll: 1, configParts: [], asksFor: [] },
    groups: [
      {
        ...{
          id: digest as GroupId,
          role: 'active',
          priority: 100,
          base: 0,
          has: true,
          sticky: false,
          frozen: false,
        },
        ...{ overlap: true, checksOnly: false, heir: 0, holder: 0, holderRole: 'init', holderPriority: 0 },
        ...{ freezeCounter: 0, epoch: 1_000_000 },
      },
    ],
  };
}

/** Calls of `work` per second in each of some rounds; the first round warms up and is not counted. */
function ratePerSecond(rounds: number, work: (round: number) => void): number[] {
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    const startMs = performance.now();
    let calls = 0;
    while (performance.now() - startMs < ROUND_MS) work((calls += 1));
    if (round > 0) rates.push((calls / (performance.now() - startMs)) * 1_000);
  }
  return rates;
}

export const cryptoScenario: Scenario = {
  name: 'crypto',
  title: 'Frames sealed and opened',
  method:
    'In this process, on one core: body with one group encoded, nonce derived, signed and sealed; opened, parsed and, ' +
    'where said, its signature checked. A replayed or foreign frame costs an opening without the signature.',
  run: async ({ runs }) => {
    const sender = makeIdentity(random);
    const recipient = makeIdentity(random);
    const { outbound } = directionsBetween(sender, recipient.public, 'bench');
    const inbound = [directionsBetween(recipient, sender.public, 'bench').inbound];
    const seal = (seq: number): Uint8Array => {
      const body = encodeBody(beat(seq, sender.public.id, recipient.public.id));
      const clocks = { wallMs: Date.now(), monoMs: performance.now() };
      return sealFrame(body, deriveNonce(outbound, randomBytes(32), clocks, body), outbound);
    };
    const frame = seal(1);
    const foreign = Uint8Array.from(frame);
    foreign[frame.length - 1] = (foreign[frame.length - 1] ?? 0) ^ 1;
    const open = (bytes: Uint8Array, verified: boolean): void => {
      const opened = openFrame(bytes, () => inbound);
      if (opened.ok !== (bytes === frame) || (opened.ok && verified && !opened.verify())) {
        throw new Error('the benchmark measured something other than it says');
      }
    };
    const row = (measure: string, work: (round: number) => void): Row => {
      return { measure, contender: 'sealbeat', unit: 'per s', values: ratePerSecond(runs, work) };
    };
    return [
      row(`sealed (${frame.length} bytes)`, seal),
      row('opened and signature checked', () => open(frame, true)),
      row('opened only', () => open(frame, false)),
      row('refused at the box', () => open(foreign, false)),
    ];
  },
};
