import type { Fault } from './faults.ts';
import type { Host } from './host.ts';

const aHost = ({ world, chance }: Parameters<Fault>[0]): Host => chance.oneOf(world.hosts);
const aWhile = ({ world, chance }: Parameters<Fault>[0]): number =>
  world.setup.timeoutMs * chance.oneOf([0.2, 0.6, 1.1, 2, 5]) * chance.between(0.9, 1.1);

/** What may happen to those who are asked before a claim. */
export const witness: readonly Fault[] = [
  function losesWitness(storm) {
    const { outside } = storm.world.counsel;
    outside.witnessDown = true;
    storm.later(aWhile(storm), () => void (outside.witnessDown = false));
  },
  function cutsFromWitness(storm) {
    const host = aHost(storm);
    storm.world.say(host, 'FAULT it cannot reach the witness');
    host.cutOff.witness = true;
    storm.later(aWhile(storm), () => void (host.cutOff.witness = false));
  },
  function isolates(storm) {
    const host = aHost(storm);
    const { network, setup } = storm.world;
    storm.world.say(host, 'FAULT it is cut off from everything');
    const ways = storm.world.hosts
      .filter(({ number }) => number !== host.number)
      .flatMap(({ number }) => [
        ...network.lanes(host.number, number),
        ...network.lanes(number, host.number),
      ]);
    for (const way of ways) way.cut = true;
    Object.assign(host.cutOff, { witness: true, arbiter: true });
    storm.later(setup.timeoutMs * storm.chance.oneOf([0.7, 1.5, 3, 6]), () => {
      for (const way of ways) way.cut = false;
      Object.assign(host.cutOff, { witness: false, arbiter: false });
    });
  },
  function fenceFails(storm) {
    const { outside } = storm.world.counsel;
    outside.fenceFails = true;
    storm.later(aWhile(storm), () => void (outside.fenceFails = false));
  },
];

export const arbiter: readonly Fault[] = [
  function losesArbiter(storm) {
    const { outside } = storm.world.counsel;
    storm.world.say(undefined, 'FAULT the arbiter is gone');
    outside.arbiterDown = true;
    storm.later(3 * aWhile(storm), () => void (outside.arbiterDown = false));
  },
  function cutsFromArbiter(storm) {
    const host = aHost(storm);
    storm.world.say(host, 'FAULT it cannot reach the arbiter');
    host.cutOff.arbiter = true;
    storm.later(3 * aWhile(storm), () => void (host.cutOff.arbiter = false));
  },
  witness[2]!,
];

/** Restarts that are announced, in time and not. */
export const planned: readonly Fault[] = [
  function restartsInTime(storm) {
    aHost(storm).restart({ withinMs: 3_000, awayMs: storm.chance.between(20, 2_700) });
  },
  function restartsTooLate(storm) {
    aHost(storm).restart({
      withinMs: storm.chance.oneOf([1_000, 3_000]),
      awayMs: storm.chance.between(2_500, 9_000),
    });
  },
  function restartsHolder(storm) {
    const [holder] = storm.world.actives();
    if (holder === undefined) return;
    storm.world.host(holder).restart({ withinMs: 3_000, awayMs: storm.chance.oneOf([10, 500, 2_600]) });
  },
  function restartsEverybody(storm) {
    for (const host of storm.world.hosts)
      storm.later(storm.chance.between(0, 4_000), () =>
        host.restart({ withinMs: 3_000, awayMs: storm.chance.between(10, 2_000) }),
      );
  },
];

/** Everybody can be reached again. */
export function mendsOutside(world: Parameters<Fault>[0]['world']): void {
  Object.assign(world.counsel.outside, { witnessDown: false, arbiterDown: false, fenceFails: false });
  for (const host of world.hosts)
    Object.assign(host.cutOff, { witness: false, arbiter: false, fence: false });
}
