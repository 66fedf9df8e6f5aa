import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALL_MS, traitsOf } from '../../../src/vip/traits.ts';
import { NODE } from '../../fakes/group-of.ts';
import { groupWith } from './stages.ts';

const traits = (platform: NodeJS.Platform, advbaseSeconds: number) =>
  traitsOf(groupWith({ advbaseSeconds }), NODE, platform);

test('carp traits: break before make, and the guard is a lease', () => {
  for (const platform of ['freebsd', 'openbsd', 'netbsd'] as const) {
    const { overlap, leased } = traits(platform, 1);
    assert.deepEqual([overlap, leased], [false, true]);
  }
});

test('carp traits: only NetBSD waits for a silence, which may take longer than any other call', () => {
  assert.equal(traits('freebsd', 255).callMs, CALL_MS);
  assert.equal(traits('openbsd', 255).callMs, CALL_MS);
  assert.ok(traits('netbsd', 1).callMs >= 3_000 + 7_000);
  assert.ok(traits('netbsd', 60).callMs >= 180_000 + 7_000);
});
