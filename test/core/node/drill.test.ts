import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drillEnd, type PlayingDead } from '../../../src/core/node/drill.ts';
import type { GroupView } from '../../../src/core/group/state.ts';
import type { GroupId } from '../../../src/core/units.ts';
import { at, dead, holding, peer, view, word } from '../group/around.ts';

// When a node that plays dead comes alive. It began 1 s ago and has another 2 s; a round trip is nothing here.

const [web, mail] = ['aa', 'bb'] as unknown as readonly [GroupId, GroupId];
const playing = (awaits: readonly GroupId[], untilMs = 2_000): PlayingDead => ({
  ...{ since: at(-1_000), until: at(untilMs), awaits },
});

const standing = view([peer(1, word()), peer(3, word())]);
const taken = view([peer(1, holding()), peer(3, word())]);
const deafTaken = view([peer(1, holding(), { twoWay: false })]);

const cases: readonly {
  name: string;
  drill: PlayingDead;
  sees: Readonly<Record<string, GroupView>>;
  end: 'goes on' | 'taken' | RegExp;
}[] = [
  { name: 'nobody has taken it yet', drill: playing([web]), sees: { aa: standing }, end: 'goes on' },
  { name: 'taken', drill: playing([web]), sees: { aa: taken }, end: 'taken' },
  {
    name: 'taken by one that does not hear us: how could it',
    drill: playing([web]),
    sees: { aa: deafTaken },
    end: 'taken',
  },
  {
    name: 'one of two is taken',
    drill: playing([web, mail]),
    sees: { aa: taken, bb: standing },
    end: 'goes on',
  },
  { name: 'both are', drill: playing([web, mail]), sees: { aa: taken, bb: taken }, end: 'taken' },
  {
    name: 'the other is gone from the config',
    drill: playing([web, mail]),
    sees: { aa: taken },
    end: 'taken',
  },
  { name: 'taken at the very end', drill: playing([web], 0), sees: { aa: taken }, end: 'taken' },
  {
    name: 'the time is over',
    drill: playing([web], 0),
    sees: { aa: standing },
    end: /^nobody took over in time$/,
  },
  {
    name: 'it is being claimed when the time is over',
    drill: playing([web], 0),
    sees: { aa: view([peer(1, word({ role: 'claiming' }))]) },
    end: /in time/,
  },
  {
    name: 'all are unable',
    drill: playing([web]),
    sees: { aa: view([peer(1, word({ priority: 0 }))]) },
    end: /^nobody is left who could take over: lb1 says that it cannot$/,
  },
  {
    name: 'one is unable, another is not',
    drill: playing([web]),
    sees: { aa: view([peer(1, word({ priority: 0 })), peer(3, word())]) },
    end: 'goes on',
  },
  {
    name: 'all are silent',
    drill: playing([web]),
    sees: { aa: view([dead(1, word()), dead(3, holding())]) },
    end: /lb1 is silent, lb3 is silent/,
  },
  {
    name: 'one was started anew and has not spoken of it',
    drill: playing([web]),
    sees: { aa: view([peer(1, undefined, { pending: true })]) },
    end: 'goes on',
  },
  { name: 'nothing could be taken from the start', drill: playing([]), sees: {}, end: /^nobody is left/ },
];
for (const { name, drill, sees, end } of cases) {
  test(`drill, its end: ${name}`, () => {
    const found = drillEnd(drill, (id) => sees[id], at(0));
    if (end === 'goes on') assert.equal(found, undefined);
    else if (end === 'taken') assert.equal(found?.taken, true);
    else {
      assert.equal(found?.taken, false);
      assert.match(found?.cause ?? '', end);
    }
  });
}
