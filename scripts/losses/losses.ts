import { ASKS_NOBODY, type AskPolicy } from '../../src/core/group/state.ts';
import { cut } from '../../test/sim/stage.ts';
import type { World } from '../../test/sim/world.ts';

/** What is configured, and what may be lost. lb1 holds; lb2, and lb3 where there is one, are standbys. */

export interface Configured {
  readonly title: string;
  readonly about: string;
  readonly asks: AskPolicy;
}

/** As in the config, where it says nothing else. */
const CONFIRM = { ifAlive: 'wait', timeoutMs: 1_000 } as const;
const WITNESS = { timeoutMs: 1_000 };
const LOCK = { ttlMs: 10_000, timeoutMs: 1_000 };
const FENCE = { timeoutMs: 30_000 };

const asking = (asks: Partial<AskPolicy>): AskPolicy => ({ ...ASKS_NOBODY, ...asks });

export const CONFIGURED: readonly Configured[] = [
  {
    title: 'Nothing',
    about: 'Nobody is asked. What a node hears of the others is all that it knows.',
    asks: asking({}),
  },
  {
    title: 'confirm',
    about:
      'Before a standby takes over, it asks the silent host in another way, and waits once if that answers.',
    asks: asking({ confirm: CONFIRM }),
  },
  {
    title: 'witness',
    about: 'A node that hears nobody asks something that only a working network reaches.',
    asks: asking({ witness: WITNESS }),
  },
  {
    title: 'arbiter',
    about: 'A third party gives each group to one node at a time.',
    asks: asking({ lock: LOCK }),
  },
  {
    title: 'witness and arbiter',
    about: 'Both have to agree to a takeover; each of them alone can make a holder let go.',
    asks: asking({ witness: WITNESS, lock: LOCK }),
  },
  {
    title: 'fence',
    about:
      'Before a standby takes over, it makes sure that the silent holder is off. Here the command works from everywhere, and the machine is on again after 5 s: so two that cannot hear each other switch each other off in turn. Put a witness beside it.',
    asks: asking({ fence: FENCE }),
  },
  {
    title: 'witness and fence',
    about: 'A node that is cut off alone neither takes over nor switches another one off.',
    asks: asking({ witness: WITNESS, fence: FENCE }),
  },
];

export interface Loss {
  readonly text: string;
  readonly nodes: 2 | 3;
  /** It makes no sense where these are not configured. */
  readonly needs: readonly (keyof AskPolicy)[];
  readonly happens: (world: World) => void;
}

const apart = (world: World, ones: readonly number[], others: readonly number[]): void => {
  for (const one of ones)
    for (const other of others)
      cut(world, [
        [one, other],
        [other, one],
      ]);
};
const away = (world: World, number: number): void =>
  void Object.assign(world.host(number).cutOff, { witness: true, arbiter: true });
const loses = (world: World, what: 'witnessDown' | 'arbiterDown' | 'fenceFails'): void =>
  void (world.counsel.outside[what] = true);

/** Switched off: nothing of it is left, and it answers nobody. */
function dies(world: World, number: number): void {
  const host = world.host(number);
  if (host.agent !== undefined) host.agent.adapter.killed = true;
  host.kill({ guardToo: true });
  for (const { id } of host.policy.groups) host.kernel.remove(id, 'the machine is off');
  host.pause();
}

const two = (
  text: string,
  happens: (world: World) => void,
  needs: readonly (keyof AskPolicy)[] = [],
): Loss => ({ text, nodes: 2, needs, happens });
const three = (text: string, happens: (world: World) => void): Loss => ({
  text,
  nodes: 3,
  needs: [],
  happens,
});

export const LOSSES: readonly Loss[] = [
  two("the holder's host", (world) => dies(world, 1)),
  two("the holder's agent; its host lives", (world) => world.host(1).kill()),
  two("the standby's host", (world) => dies(world, 2)),
  two('the network between the two, nothing else', (world) => apart(world, [1], [2])),
  two('the way from the holder to the standby', (world) => cut(world, [[1, 2]])),
  two('the way from the standby to the holder', (world) => cut(world, [[2, 1]])),
  two("all of the holder's network", (world) => {
    apart(world, [1], [2]);
    away(world, 1);
  }),
  two("all of the standby's network", (world) => {
    apart(world, [1], [2]);
    away(world, 2);
  }),
  two('the witness', (world) => loses(world, 'witnessDown'), ['witness']),
  two("the witness and the holder's host", (world) => (loses(world, 'witnessDown'), dies(world, 1)), [
    'witness',
  ]),
  two("the witness and the standby's host", (world) => (loses(world, 'witnessDown'), dies(world, 2)), [
    'witness',
  ]),
  two(
    'the witness and the network between the two',
    (world) => (loses(world, 'witnessDown'), apart(world, [1], [2])),
    ['witness'],
  ),
  two('the arbiter', (world) => loses(world, 'arbiterDown'), ['lock']),
  two("the arbiter and the holder's host", (world) => (loses(world, 'arbiterDown'), dies(world, 1)), [
    'lock',
  ]),
  two("the arbiter and the standby's host", (world) => (loses(world, 'arbiterDown'), dies(world, 2)), [
    'lock',
  ]),
  two(
    'the arbiter and the network between the two',
    (world) => (loses(world, 'arbiterDown'), apart(world, [1], [2])),
    ['lock'],
  ),
  two('the way from the holder to the arbiter', (world) => void (world.host(1).cutOff.arbiter = true), [
    'lock',
  ]),
  two(
    'the network between the two, and the way from the holder to the arbiter',
    (world) => {
      apart(world, [1], [2]);
      world.host(1).cutOff.arbiter = true;
    },
    ['lock'],
  ),
  two('witness and arbiter', (world) => (loses(world, 'witnessDown'), loses(world, 'arbiterDown')), [
    'witness',
    'lock',
  ]),
  two(
    "witness, arbiter and the holder's host",
    (world) => (loses(world, 'witnessDown'), loses(world, 'arbiterDown'), dies(world, 1)),
    ['witness', 'lock'],
  ),
  two(
    "the holder's host, and the fence command fails",
    (world) => (loses(world, 'fenceFails'), dies(world, 1)),
    ['fence'],
  ),
  two(
    'the network between the two, and the fence command fails',
    (world) => (loses(world, 'fenceFails'), apart(world, [1], [2])),
    ['fence'],
  ),
  three("the holder's host", (world) => dies(world, 1)),
  three('one standby', (world) => dies(world, 2)),
  three('both standbys', (world) => (dies(world, 2), dies(world, 3))),
  three('the network between the holder and both others', (world) => apart(world, [1], [2, 3])),
  three("all of the holder's network", (world) => {
    apart(world, [1], [2, 3]);
    away(world, 1);
  }),
  three("all of one standby's network", (world) => {
    apart(world, [2], [1, 3]);
    away(world, 2);
  }),
  three('the network between the holder and one other', (world) => apart(world, [1], [2])),
];
