// Goal: each moment comes when the table in docs/hooks.md says so, whichever way a group goes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoleName } from '../../src/core/frame.ts';
import { newMoments, type Seen } from '../../src/daemon/hook-moments.ts';

const seen = (role: RoleName, more: Partial<Seen> = {}): Seen => ({
  ...{ role, has: role !== 'standby' && role !== 'init', stopping: false, fault: '' },
  ...more,
});

/** What was seen after each step; a changed role was told before. */
const rows: readonly (readonly [name: string, steps: readonly Seen[], moments: string])[] = [
  ['start as a standby', [seen('standby')], 'on_standby'],
  ['takeover', [seen('standby'), seen('claiming'), seen('active')], 'on_standby post_up'],
  [
    'release',
    [seen('claiming'), seen('active'), seen('releasing'), seen('standby')],
    'post_up post_down on_standby',
  ],
  [
    'a claim that never was active',
    [seen('claiming'), seen('releasing'), seen('standby')],
    'post_down on_standby',
  ],
  [
    'a claim that failed',
    [seen('claiming'), seen('releasing', { fault: 'x' }), seen('standby', { fault: 'x' }), seen('standby')],
    'on_fault post_down on_standby',
  ],
  [
    'a fault that lasts is told once',
    [seen('standby', { fault: 'x' }), seen('standby', { fault: 'y' })],
    'on_fault',
  ],
  ['a handover that failed', [seen('active'), seen('releasing'), seen('active')], 'post_up post_up'],
  [
    'a lapsed lease, and a VIP that goes later',
    [seen('active'), seen('init', { has: true }), seen('init'), seen('standby')],
    'post_up post_down on_standby',
  ],
  [
    'the end of the daemon',
    [seen('active'), seen('releasing', { stopping: true }), seen('standby', { stopping: true })],
    'post_up post_down',
  ],
  [
    'a VIP found at the start that was never ours',
    [seen('init', { has: true }), seen('init'), seen('standby')],
    'on_standby',
  ],
];
for (const [name, steps, expected] of rows) {
  test(`hook moments: ${name}`, () => {
    const moments = newMoments(seen('init'));
    let role: RoleName = 'init';
    const said = steps.flatMap((step) => {
      if (step.role === 'claiming') moments.wentUp();
      const moved = step.role === role ? [] : moments.moved(role, step.role, step);
      role = step.role;
      return [...moved, ...moments.looked(step)];
    });
    assert.equal(said.join(' '), expected);
  });
}

test('hook moments: a release and the next claim within one step', () => {
  const moments = newMoments(seen('active'));
  moments.moved('active', 'releasing', seen('releasing'));
  const after = seen('claiming');
  assert.deepEqual(moments.moved('releasing', 'standby', after), ['post_down']);
  assert.deepEqual(moments.moved('standby', 'claiming', after), []);
  assert.deepEqual(moments.looked(after), []);
});

for (const role of ['active', 'standby'] as const) {
  test(`hook moments: hooks that a reload brings while ${role} are not run for what was before`, () => {
    assert.deepEqual(newMoments(seen(role)).looked(seen(role)), []);
  });
}
