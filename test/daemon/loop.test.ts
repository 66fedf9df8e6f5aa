import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEffect } from '../../src/core/node/state.ts';
import type { GroupId } from '../../src/core/units.ts';
import { startLoop, type Loop } from '../../src/daemon/loop.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { nodeOf, settingsWith } from './two-nodes.ts';

const settings = settingsWith();

function looped(perform: (effect: NodeEffect, loop: Loop) => void = () => undefined) {
  const clock = new ManualClock();
  const node = nodeOf(settings, 'lb1', clock);
  let dropped = 0;
  const loop: Loop = startLoop(node, {
    clock,
    perform: (effect) => perform(effect, loop),
    onOverflow: () => (dropped += 1),
  });
  return { clock, node, loop, dropped: () => dropped };
}

test('loop: starts with a tick of its own and sends the first frame', () => {
  const kinds: string[] = [];
  const { clock } = looped((effect) => kinds.push(effect.kind));
  assert.deepEqual(kinds, []);
  clock.goOn(0);
  assert.deepEqual(kinds.slice(0, 1), ['send']);
});

test('loop: an event that an effect causes waits until the effects before it are carried out', () => {
  const order: string[] = [];
  const { clock } = looped((effect, loop) => {
    order.push(`${effect.kind} starts`);
    if (order.length === 1) assert.equal(loop.tell({ kind: 'slept', ms: 10_000 }), undefined);
    order.push(`${effect.kind} ends`);
  });
  clock.goOn(0);
  for (let at = 0; at < order.length; at += 2) {
    assert.equal(order[at]!.replace('starts', 'ends'), order[at + 1], order.join('\n'));
  }
  assert.ok(order.includes('node starts'), 'the nested event was handled in the same turn');
  assert.ok(order.indexOf('node starts') > order.lastIndexOf('send starts', order.indexOf('node starts')));
});

test('loop: an inbox that is full drops and counts', () => {
  const group = settings.groups[0]!.id;
  let filled = false;
  const { clock, dropped } = looped((_, loop) => {
    if (filled) return;
    filled = true;
    for (let count = 0; count < 4_100; count += 1) loop.tell({ kind: 'hint', group });
  });
  clock.goOn(0);
  assert.equal(dropped(), 4);
});

test('loop: keeps one timer, moved to whatever the machine wants next', () => {
  const { clock, loop } = looped();
  clock.goOn(0);
  for (let count = 0; count < 100; count += 1) {
    loop.tell({ kind: 'received' });
    assert.equal(clock.waiting, 1);
  }
});

test('loop: beats come at the interval', () => {
  const sentAt: number[] = [];
  const { clock } = looped((effect) => {
    if (effect.kind === 'send') sentAt.push(clock.nowMs());
  });
  clock.goOn(20_000);
  const beats = sentAt.filter((at) => at > 15_000);
  assert.deepEqual(
    beats.slice(1).map((at, index) => at - beats[index]!),
    Array.from({ length: beats.length - 1 }, () => 250),
  );
});

test('loop: tells the verdict on a frame to whoever brought it, and nothing for other events', () => {
  const { loop } = looped();
  assert.equal(loop.tell({ kind: 'tick' }), undefined);
  assert.equal(loop.tell({ kind: 'hint', group: 'ffffffffffffffff' as GroupId }), undefined);
});

test('loop: nothing happens after stop', () => {
  let effects = 0;
  const { clock, loop } = looped(() => (effects += 1));
  clock.goOn(0);
  loop.stop();
  const before = effects;
  loop.tell({ kind: 'slept', ms: 60_000 });
  clock.goOn(60_000);
  assert.equal(effects, before);
  assert.equal(clock.waiting, 0);
});

test('loop: a fault while an effect is carried out is thrown, and the loop is usable after it', () => {
  let faults = 1;
  const { clock, loop } = looped(() => {
    if (faults-- > 0) throw new Error('a bug');
  });
  assert.throws(() => clock.goOn(0), /a bug/);
  assert.doesNotThrow(() => loop.tell({ kind: 'tick' }));
});
