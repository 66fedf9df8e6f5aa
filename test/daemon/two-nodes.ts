import { parseSettings } from '../../src/config/load.ts';
import type { NodeEffect, NodeState } from '../../src/core/node/state.ts';
import { startNode } from '../../src/core/node/step.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { NodeName } from '../../src/core/units.ts';
import { newCounters } from '../../src/daemon/counters.ts';
import { startLoop, type Loop } from '../../src/daemon/loop.ts';
import { policyOf } from '../../src/daemon/policy.ts';
import { receiver } from '../../src/daemon/receive.ts';
import { sealFor } from '../../src/daemon/transmit.ts';
import type { Over } from '../../src/net/tcp-connection.ts';
import { makeKeyring, type Keyring } from '../../src/wire/keyring.ts';
import { identities, pairWith } from '../config/example-file.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { seededRandom } from '../fakes/seeded-random.ts';

export const named = (name: string): NodeName => name as NodeName;

/** The pair of the config tests, with some of its text replaced. */
export const settingsWith = (...changes: readonly [from: string, to: string][]): Settings =>
  parseSettings(pairWith(...changes), 'sealbeat.yaml').settings;

export const nodeOf = (settings: Settings, name: string, clock: ManualClock): NodeState =>
  startNode(policyOf(settings, named(name)), {
    now: clock.nowMs(),
    wall: clock.wallMs(),
    seed: 7n,
    found: new Map(),
  });

export const keyringOf = (settings: Settings, name: 'lb1' | 'lb2'): Keyring =>
  makeKeyring([identities[name]], settings.nodes, named(name), settings.cluster);

/** One node without sockets and adapters: what it would send lies in `sent`, what else it would do in `effects`. */
export interface Bench {
  readonly node: NodeState;
  readonly loop: Loop;
  readonly keyring: Keyring;
  readonly counters: ReturnType<typeof newCounters>;
  readonly sent: Uint8Array[];
  readonly effects: NodeEffect[];
  receive(frame: Uint8Array, over?: Over): void;
}

export function benchOf(settings: Settings, name: 'lb1' | 'lb2', clock: ManualClock): Bench {
  const node = nodeOf(settings, name, clock);
  const keyring = keyringOf(settings, name);
  const counters = newCounters();
  const random = seededRandom(`nonces of ${name}`);
  const sent: Uint8Array[] = [];
  const effects: NodeEffect[] = [];
  const loop = startLoop(node, {
    clock,
    onOverflow: () => counters.add('events dropped'),
    perform(effect) {
      effects.push(effect);
      const link = effect.kind === 'send' && node.links.find(({ number }) => number === effect.peer);
      if (effect.kind === 'send' && link) sent.push(sealFor(link, effect.body, { keyring, random, clock }));
    },
  });
  const receive = receiver({ node, counters, keyring: () => keyring, tell: (event) => loop.tell(event) });
  return { node, loop, keyring, counters, sent, effects, receive };
}

/** Lets both speak until each hears the other. */
export function acquaint(one: Bench, other: Bench, clock: ManualClock): void {
  for (let round = 0; round < 50; round += 1) {
    clock.goOn(10);
    for (const frame of one.sent.splice(0)) other.receive(frame);
    for (const frame of other.sent.splice(0)) one.receive(frame);
  }
}
