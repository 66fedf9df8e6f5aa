import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { goodFrames } from '../../scripts/vectors/good-frames.ts';
import { refusedFrames } from '../../scripts/vectors/refused-frames.ts';
import { sequences } from '../../scripts/vectors/sequences.ts';
import { REJECTS } from '../../src/core/frame.ts';
import type { NodeId } from '../../src/core/units.ts';
import { decodeBody, encodeBody } from '../../src/wire/body.ts';
import {
  directionsBetween,
  nonceEcho,
  openFrame,
  sealFrame,
  type InboundLookup,
} from '../../src/wire/frame.ts';
import { fromHex, toHex } from '../../src/wire/hex.ts';
import { identityFrom, type SecretIdentity } from '../../src/wire/identity.ts';
import type { GoodFrame } from '../../scripts/vectors/good-frames.ts';
import type { RefusedFrame } from '../../scripts/vectors/refused-frames.ts';
import { receiver, type Sequence } from './sequence-receiver.ts';

interface Identity {
  readonly id: string;
  readonly signSeed: string;
  readonly boxSecret: string;
  readonly line: string;
}
interface VectorFile {
  readonly cluster: string;
  readonly identities: Readonly<Record<string, Identity>>;
}

/** A vector file is never edited after a release: these files must go on passing with every later version. */
const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../vectors', name), 'utf8'));

const frames = read('frame-v1.json') as VectorFile & {
  readonly good: readonly GoodFrame[];
  readonly refused: readonly RefusedFrame[];
};
const received = read('receive-v1.json') as VectorFile & { readonly sequences: readonly Sequence[] };

function secretOf({ identities }: VectorFile, name: string): SecretIdentity {
  const { signSeed, boxSecret } = identities[name]!;
  return identityFrom({ signSeed: fromHex(signSeed), boxSecret: fromHex(boxSecret) });
}

/** lb2, which knows lb1 and lb3. */
function lookupOf(file: VectorFile): InboundLookup {
  const lb2 = secretOf(file, 'lb2');
  const ways = new Map(
    ['lb1', 'lb3'].map((name) => {
      const peer = secretOf(file, name).public;
      return [peer.id, [directionsBetween(lb2, peer, file.cluster).inbound]] as const;
    }),
  );
  return (sender: NodeId) => (sender === lb2.public.id ? 'self' : (ways.get(sender) ?? []));
}

for (const [name, identity] of Object.entries(frames.identities)) {
  test(`vector: the identity of ${name} has its id and its line`, () => {
    const { public: own } = secretOf(frames, name);
    assert.deepEqual({ id: own.id, line: own.line }, { id: identity.id, line: identity.line });
  });
}

const lookup = lookupOf(frames);
const { outbound } = directionsBetween(
  secretOf(frames, 'lb1'),
  secretOf(frames, 'lb2').public,
  frames.cluster,
);

for (const vector of frames.good) {
  test(`vector, good: ${vector.name}`, () => {
    const opened = openFrame(fromHex(vector.frame), lookup);
    assert.ok(opened.ok, opened.ok ? '' : opened.reject);
    assert.deepEqual(opened.body, vector.body);
    assert.equal(opened.echo, vector.nonce.slice(0, 16));
    assert.equal(opened.echo, nonceEcho(fromHex(vector.nonce)));
    assert.equal(opened.from, frames.identities['lb1']!.id);
    assert.equal(opened.to, frames.identities['lb2']!.id);
    assert.ok(opened.verify(), 'signature');

    assert.equal(toHex(outbound.boxKey), vector.boxKey);
    assert.equal(toHex(sealFrame(fromHex(vector.bodyHex), fromHex(vector.nonce), outbound)), vector.frame);
    assert.deepEqual(decodeBody(fromHex(vector.bodyHex)), vector.body);
    const again = toHex(encodeBody(vector.body));
    if (vector.extended) assert.notEqual(again, vector.bodyHex);
    else assert.equal(again, vector.bodyHex);
  });
}

for (const vector of frames.refused) {
  test(`vector, ${vector.expect}: ${vector.name}`, () => {
    const opened = openFrame(fromHex(vector.frame), lookup);
    assert.equal(opened.ok ? 'ok' : opened.reject, vector.expect);
    if (opened.ok) return;
    const known = vector.expect === 'box' || vector.expect === 'malformed';
    assert.equal(opened.from, known ? frames.identities['lb1']!.id : undefined);
  });
}

for (const { name, steps } of received.sequences) {
  test(`vector, in sequence: ${name}`, () => {
    const lb2 = receiver(lookupOf(received));
    for (const [index, step] of steps.entries()) {
      if ('sent' in step) lb2.send(step);
      else assert.deepEqual(lb2.receive(step), step.expect, `step ${index}, at ${step.atMs} ms`);
    }
  });
}

test('vectors: every reason to refuse a frame has one', () => {
  const inSequences = received.sequences.flatMap(({ steps }) =>
    steps.map((step) => ('sent' in step ? '' : step.expect.verdict)),
  );
  const shown = new Set<string>([...frames.refused.map(({ expect }) => expect), ...inSequences]);
  assert.deepEqual(
    REJECTS.filter((reason) => !shown.has(reason)),
    [],
  );
});

test('vectors: scripts/make-vectors.ts makes exactly these', () => {
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  assert.deepEqual(plain(goodFrames()), frames.good);
  assert.deepEqual(plain(refusedFrames()), frames.refused);
  assert.deepEqual(plain(sequences()), received.sequences);
});
