import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { framed, frameReader, isFrameLength } from '../../src/net/tcp-frames.ts';
import { BODY_AT, BODY_STEP, FRAME_BYTES_MAX, FRAME_BYTES_MIN } from '../../src/wire/layout.ts';

const frameOf = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

test('tcp frames: exactly the lengths that the wire has', () => {
  for (let length = 0; length <= 65_535; length += 1) {
    const isOnWire =
      length >= FRAME_BYTES_MIN && length <= FRAME_BYTES_MAX && (length - BODY_AT) % BODY_STEP === 0;
    assert.equal(isFrameLength(length), isOnWire, `${length}`);
  }
});

test('tcp frames: a stream cut in two at any byte gives the same frames', () => {
  const bytes = Buffer.concat([framed(frameOf(180, 1)), framed(frameOf(244, 2))]);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const source = new PassThrough();
    const reader = frameReader(source);
    const seen: Uint8Array[] = [];
    for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      source.write(part);
      for (let next = reader.next(); next !== 'waiting'; next = reader.next()) {
        assert.notEqual(next, 'out of step');
        seen.push(next as Uint8Array);
      }
    }
    assert.deepEqual(
      seen.map((frame) => [frame.length, frame[0]]),
      [
        [180, 1],
        [244, 2],
      ],
      `cut at ${cut}`,
    );
  }
});

test('tcp frames: byte by byte', () => {
  const source = new PassThrough();
  const reader = frameReader(source);
  const bytes = framed(frameOf(FRAME_BYTES_MAX, 7));
  for (const byte of bytes.subarray(0, -1)) {
    source.write(Buffer.of(byte));
    assert.equal(reader.next(), 'waiting');
  }
  source.write(bytes.subarray(-1));
  assert.deepEqual(Buffer.from(reader.next() as Uint8Array), bytes.subarray(2));
});

for (const length of [0, 1, 179, 181, 243, 245, 1_203, 1_205, 1_268, 65_535]) {
  test(`tcp frames: a length of ${length} is out of step for ever`, () => {
    const source = new PassThrough();
    const reader = frameReader(source);
    source.write(Buffer.of(length >> 8, length & 255));
    source.write(framed(frameOf(180, 1)));
    assert.equal(reader.next(), 'out of step');
    assert.equal(reader.next(), 'out of step');
  });
}

test('tcp frames: what lies behind the frame that was asked for stays in the stream', () => {
  const source = new PassThrough();
  const reader = frameReader(source);
  source.write(Buffer.concat([framed(frameOf(180, 1)), framed(frameOf(180, 2))]));
  reader.next();
  assert.equal(source.readableLength, 182);
});

test('tcp frames: half a frame at the end is none', async () => {
  const source = new PassThrough();
  const reader = frameReader(source);
  source.end(framed(frameOf(180, 1)).subarray(0, 100));
  for (let turn = 0; turn < 3; turn += 1) {
    assert.equal(reader.next(), 'waiting');
    await new Promise((resolve) => setImmediate(resolve));
  }
});
