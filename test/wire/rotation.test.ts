import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { reconfigure, startNode, step } from '../../src/core/node/step.ts';
import type { NodeEvent, NodePolicy, NodeState } from '../../src/core/node/state.ts';
import { noteEcho } from '../../src/core/peer/sent.ts';
import type { NodeSettings } from '../../src/core/settings.ts';
import type { MonoMs, NodeName, WallMs } from '../../src/core/units.ts';
import { encodeBody } from '../../src/wire/body.ts';
import { nonceEcho, openFrame, sealFrame } from '../../src/wire/frame.ts';
import { identityFrom, type SecretIdentity } from '../../src/wire/identity.ts';
import { makeKeyring, type Keyring } from '../../src/wire/keyring.ts';
import { udpWays } from '../../src/core/ways.ts';

// Two nodes, the real wire, a network that loses nothing: what a change of keys may not do is make anybody look dead.

const seedOf = (words: string): Uint8Array => createHash('sha512').update(words).digest().subarray(0, 32);
const identity = (name: string): SecretIdentity =>
  identityFrom({ signSeed: seedOf(`${name} sign`), boxSecret: seedOf(`${name} box`) });
const old1 = identity('lb1, old');
const new1 = identity('lb1, new');
const lb2Identity = identity('lb2');

const names = ['lb1' as NodeName, 'lb2' as NodeName] as const;
const LATENCY_MS = 5;

/** What a node's operator gives it: the identity file, and lb1's keys as its config lists them. */
interface Given {
  readonly own: readonly SecretIdentity[];
  readonly listed: readonly SecretIdentity[];
}

interface Host {
  node: NodeState;
  keyring: Keyring;
  given: Given;
}

function keyringOf(place: 0 | 1, { own, listed }: Given): Keyring {
  const node = (name: NodeName, keys: readonly SecretIdentity[]): NodeSettings => ({
    name,
    keys: keys.map((key) => key.public),
    paths: [],
    priority: 100,
  });
  return makeKeyring(own, [node(names[0], listed), node(names[1], [lb2Identity])], names[place], 'test');
}

function policyOf(place: 0 | 1, { listed }: Given): NodePolicy {
  const newestKey = place === 0 ? lb2Identity.public.id : listed[0]!.public.id;
  return {
    self: { name: names[place], number: place + 1 },
    names,
    peers: [{ name: names[1 - place]!, number: 2 - place, ways: udpWays(1), newestKey }],
    intervalMs: 100,
    timeoutMs: 1_000,
    restartMs: 3_000,
    digest: '00000000000000dd',
    partDigests: [],
    groups: [],
  };
}

/** Runs both nodes in steps of 1 ms. */
class Pair {
  readonly hosts: Host[] = [];
  now = 0;
  #wire: { readonly at: number; readonly to: 0 | 1; readonly frame: Uint8Array }[] = [];
  #frames = 0;

  constructor(one: Given, other: Given) {
    this.hosts.push(this.#start(0, one), this.#start(1, other));
  }

  #start(place: 0 | 1, given: Given): Host {
    const times = { now: this.now as MonoMs, wall: this.now as WallMs };
    const seed = BigInt(1_000_003 * (this.now + place + 1));
    const node = startNode(policyOf(place, given), { ...times, seed, found: new Map() });
    return { node, keyring: keyringOf(place, given), given };
  }

  restart(place: 0 | 1, given: Given): void {
    this.hosts[place] = this.#start(place, given);
  }

  reload(place: 0 | 1, given: Given): void {
    const host = this.hosts[place]!;
    const ids = ({ listed }: Given): string => listed.map(({ public: { id } }) => id).join();
    const changed = ids(given) !== ids(host.given);
    reconfigure(host.node, policyOf(place, given), () => changed, this.now as MonoMs);
    host.keyring = keyringOf(place, given);
    host.given = given;
  }

  run(ms: number, check: () => void = () => undefined): void {
    for (const end = this.now + ms; this.now < end; this.now += 1) {
      const due = this.#wire.filter(({ at }) => at <= this.now);
      this.#wire = this.#wire.filter(({ at }) => at > this.now);
      for (const { to, frame } of due) this.#arrive(to, frame);
      for (const place of [0, 1] as const) {
        if (this.hosts[place]!.node.wakeAt <= this.now) this.#tell(place, { kind: 'tick' });
      }
      check();
    }
  }

  #arrive(to: 0 | 1, frame: Uint8Array): void {
    const opened = openFrame(frame, this.hosts[to]!.keyring.inbound);
    if (!opened.ok) return;
    const { body, echo, from: key, verify } = opened;
    this.#tell(to, { kind: 'frame', from: 2 - to, arrived: { body, echo, key, path: 0, verify } });
  }

  #tell(place: 0 | 1, event: Partial<NodeEvent>): void {
    const { node, keyring } = this.hosts[place]!;
    const times = { now: this.now as MonoMs, wall: this.now as WallMs };
    for (const effect of step(node, { ...event, ...times } as NodeEvent).effects) {
      if (effect.kind !== 'send') continue;
      const link = node.links[0]!;
      const { namedOurKey, signedWith } = link;
      const isOpen = link.rx !== undefined && link.alive;
      const direction = keyring.outbound(link.name, {
        namedOurKey,
        signedWith,
        isOpen,
        seq: effect.body.seq,
      });
      const nonce = seedOf(`nonce ${(this.#frames += 1)}`).subarray(0, 24);
      noteEcho(link.tx.ring, effect.body.seq, nonceEcho(nonce));
      const frame = sealFrame(encodeBody(effect.body), nonce, direction);
      this.#wire.push({ at: this.now + LATENCY_MS, to: place === 0 ? 1 : 0, frame });
    }
  }

  bothAlive(): boolean {
    return this.hosts.every(({ node }) => node.links[0]!.alive);
  }

  /** With which of its identities lb1 is heard by lb2. */
  heardWith(): string | undefined {
    return this.hosts[1]!.node.links[0]!.signedWith;
  }
}

const given = (own: readonly SecretIdentity[], listed: readonly SecretIdentity[]): Given => ({ own, listed });
const before = [given([old1], [old1]), given([lb2Identity], [old1])] as const;
const during = [given([new1, old1], [new1, old1]), given([lb2Identity], [new1, old1])] as const;
const after = [given([new1], [new1]), given([lb2Identity], [new1])] as const;

for (const order of [[0, 1] as const, [1, 0] as const]) {
  const said = order.map((place) => names[place]).join(', then ');
  test(`rotation: nobody is called dead while the key of lb1 changes, reloading ${said}`, () => {
    const pair = new Pair(...before);
    pair.run(1_500);
    assert.ok(pair.bothAlive());
    const alive = (): void => assert.ok(pair.bothAlive(), `at ${pair.now} ms`);
    for (const stage of [during, after]) {
      for (const place of order) {
        pair.reload(place, stage[place]);
        pair.run(2_500, alive);
      }
    }
    assert.equal(pair.heardWith(), new1.public.id);
  });

  for (const restarted of [0, 1] as const) {
    test(`rotation: ${names[restarted]} may restart at every stage, reloading ${said}`, () => {
      const pair = new Pair(...before);
      pair.run(1_500);
      for (const stage of [during, after]) {
        for (const place of order) {
          pair.reload(place, stage[place]);
          pair.run(700);
          pair.restart(restarted, pair.hosts[restarted]!.given);
          pair.run(1_500);
          assert.ok(pair.bothAlive(), `at ${pair.now} ms`);
          pair.run(2_500, () => assert.ok(pair.bothAlive(), `at ${pair.now} ms`));
        }
      }
      assert.equal(pair.heardWith(), new1.public.id);
    });
  }
}

test('rotation: a node that comes back with only the other of two listed keys is found again', () => {
  const pair = new Pair(...during);
  pair.run(1_500);
  assert.equal(pair.heardWith(), new1.public.id);
  pair.restart(0, given([old1], [new1, old1]));
  pair.run(4_000);
  assert.ok(pair.bothAlive());
  assert.equal(pair.heardWith(), old1.public.id);
});

test('rotation: a retired key is heard by nobody', () => {
  const pair = new Pair(given([old1], [old1]), after[1]);
  pair.run(3_000);
  assert.equal(pair.hosts[1]!.node.links[0]!.alive, false);
  assert.equal(pair.heardWith(), undefined);
});
