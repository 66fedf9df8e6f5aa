import { watchFor } from '../lab/wait.ts';
import { BOTH_SIZES, OVERLAP_MS, outOfReach, stays, takenOver } from './fault.ts';
import type { Fault } from './fault.ts';
import { TRANSPORTS } from './settings.ts';

const FLAP_MS = 500;

/** Cables and interfaces. The carrier of the host goes with its port at the switch. */
export const LINK_FAULTS: readonly Fault[] = [
  {
    name: 'holder-host-dies',
    title: "The holder's host dies: its cable and all its processes at one moment",
    sizes: BOTH_SIZES,
    strike(stage) {
      stage.lab.faults.unplug('h1');
      stage.pair.agent('h1').signalTree('SIGKILL');
    },
    expected: () => takenOver('h2 has the VIP after the timeout.'),
  },
  {
    name: 'holder-unplugged',
    title: "The holder's cable is pulled at the switch",
    sizes: BOTH_SIZES,
    settings: TRANSPORTS,
    strike: (stage) => stage.lab.faults.unplug('h1'),
    expected: () => outOfReach('h2 serves after the timeout; h1 keeps the VIP where nobody can reach it.'),
  },
  {
    name: 'holder-interface-down',
    title: "`ip link set eth0 down` on the holder's host",
    sizes: BOTH_SIZES,
    strike: (stage) => stage.lab.faults.linkDown('h1'),
    expected: () => outOfReach('h2 serves after the timeout; h1 keeps the VIP where nobody can reach it.'),
  },
  {
    name: 'holder-link-flaps',
    title: `The holder's cable is out for ${FLAP_MS} ms`,
    sizes: BOTH_SIZES,
    async strike(stage) {
      stage.lab.faults.unplug('h1');
      await watchFor(FLAP_MS);
      stage.lab.faults.plugIn('h1');
    },
    expected: () => ({
      ...stays('Nothing moves: the flap is shorter than the timeout.'),
      gapMs: FLAP_MS + OVERLAP_MS,
    }),
  },
  {
    name: 'standby-unplugged',
    title: "The standby's cable is pulled at the switch",
    sizes: BOTH_SIZES,
    strike: (stage) => stage.lab.faults.unplug('h2'),
    expected: () =>
      stays('Nothing moves: h2 receives nothing at all, so it blames itself and does not claim.'),
  },
  {
    name: 'standby-interface-down',
    title: "`ip link set eth0 down` on the standby's host",
    sizes: BOTH_SIZES,
    strike: (stage) => stage.lab.faults.linkDown('h2'),
    expected: () =>
      stays('Nothing moves: h2 receives nothing at all, so it blames itself and does not claim.'),
  },
];
