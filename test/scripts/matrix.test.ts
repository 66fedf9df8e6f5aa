import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText, holdersOverTime, pageOf } from '../../scripts/matrix/page.ts';
import { scenesOf, shortly } from '../../scripts/matrix/scenes.ts';
import { FAULTS } from '../faults/catalogue.ts';
import { BOTH_SIZES } from '../faults/fault.ts';
import { stepsOf } from '../faults/walk.ts';

const stretch = (who: string, fromMs: number, toMs: number) => ({
  holders: who.split('+').filter(Boolean),
  fromMs,
  toMs,
});

const stories = [
  {
    name: 'a takeover, healed',
    during: [stretch('h1', 0, 40), stretch('', 40, 2_840), stretch('h2', 2_840, 5_000)],
    after: [stretch('h2', 5_000, 7_000), stretch('h1+h2', 7_000, 7_062), stretch('h1', 7_062, 8_000)],
    text: 'h1 40 ms ▸ nobody 2.8 s ▸ h2 ‖ h2 2.0 s ▸ h1+h2 62 ms ▸ h1',
  },
  {
    name: 'nothing',
    during: [stretch('h1', 0, 5_000)],
    after: [stretch('h1', 5_000, 6_000)],
    text: 'h1 throughout',
  },
  {
    name: 'a change too short to tell, of which both sides are joined',
    during: [stretch('h1', 0, 10), stretch('', 10, 10.9), stretch('h1', 10.9, 20), stretch('h2', 20, 90)],
    after: [stretch('h2', 90, 99)],
    text: 'h1 19 ms ▸ h2 ‖ h2',
  },
];
for (const { name, during, after, text } of stories) {
  test(`matrix: ${name}`, () => assert.equal(holdersOverTime({ during, after }), text));
}

test('matrix: milliseconds up to a second, then seconds with one digit', () => {
  assert.deepEqual([0, 994, 995, 1_049, 61_000].map(durationText), [
    '0 ms',
    '994 ms',
    '1.0 s',
    '1.0 s',
    '61.0 s',
  ]);
});

test('matrix: a row that is not as expected says so, and why', () => {
  const [scene] = scenesOf(FAULTS, [2]);
  assert.ok(scene !== undefined);
  const outcome = {
    ...{ ...scene, during: [], after: [], gapMs: 7, bothMs: 0, bothAfterMs: 12 },
    problems: ['on two hosts for 9 ms'],
  };
  const page = pageOf(
    { version: 'sealbeat 1', date: '2026-11-20' },
    [outcome],
    [{ ...scene, why: 'it has no legs' }],
  );
  assert.match(page, /1 rows?, 0 as expected, 1 not/);
  assert.match(page, /\*\*NOT AS EXPECTED\*\*: on two hosts for 9 ms/);
  assert.match(page, /## Left out[\s\S]*it has no legs/);
});

const refusals = [
  {
    name: 'a path',
    said: '/tmp/lab/sealbeat.yaml:11:9: nodes.h1.paths[0]: tcp://10.77.0.1:7112: over UDP only; write a udp:// path',
    shown: 'paths: over UDP only',
  },
  {
    name: 'a key of a group, the first of two problems',
    said: '/tmp/x.yaml: 2 problems\n  /tmp/x.yaml:3:5: groups.web.witness: is not a key here; there are vips\n  more: else',
    shown: 'witness: is not a key here',
  },
  {
    name: 'a key at the top',
    said: '/tmp/x.yaml:3:5: restart: is not a key here',
    shown: 'restart: is not a key here',
  },
];
for (const { name, said, shown } of refusals) {
  test(`matrix: what a program cannot do, without the lab's names: ${name}`, () =>
    assert.equal(shortly(said), shown));
}

test('faults: every name is there once, and every fault says what is expected of it', () => {
  const names = FAULTS.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  for (const { fault, size, setting } of scenesOf(FAULTS, BOTH_SIZES)) {
    const { says, holders } = fault.expected(size, setting);
    assert.match(says, /^[A-Z`h].*\.$/, fault.name);
    if (holders !== 'one')
      assert.ok(
        holders.every((host) => Number(host.slice(1)) <= size),
        fault.name,
      );
    assert.doesNotMatch(fault.title, /\.$/, fault.name);
  }
});

test('faults: a walk is the same for the same seed and size', () => {
  const names = (seed: number, size: 2 | 3) =>
    stepsOf(seed, size, 20).map(({ faults, lastsMs }) => [faults.map(({ name }) => name), lastsMs]);
  assert.deepEqual(names(7, 2), names(7, 2));
  assert.notDeepEqual(names(7, 2), names(8, 2));
  assert.ok(stepsOf(7, 3, 200).some(({ faults }) => faults.length === 2));
});
