import { VIP4 } from '../lab/addresses.ts';
import { until } from '../lab/wait.ts';
import { BOTH_SIZES, OVERLAP_MS, TIMING, handedOver, outOfReach, stays } from './fault.ts';
import type { Fault } from './fault.ts';

/** What people do, rightly or wrongly. */
export const OPERATOR_FAULTS: readonly Fault[] = [
  {
    name: 'vip-deleted',
    title: '`ip address del` of the VIP on the holder',
    sizes: BOTH_SIZES,
    strike: (stage) => stage.lab.removeVip('h1', VIP4),
    expected: () => stays('The holder puts it back at once.'),
  },
  {
    name: 'addresses-flushed',
    title: '`ip address flush dev eth0` on the holder: its own addresses are gone too',
    sizes: BOTH_SIZES,
    strike: (stage) => stage.lab.faults.flushAddresses('h1'),
    expected: () =>
      outOfReach(
        'h1 puts the VIP back, but has no way to anybody: h2 serves after the timeout, h1 keeps the VIP.',
      ),
  },
  {
    name: 'switchover',
    title: 'The operator orders a switchover to h2, and a failback afterwards',
    sizes: BOTH_SIZES,
    strike: (stage) => stage.order('h1', '/v1/groups/web/switchover', { to: 'h2' }),
    expected: () => handedOver('h2 holds and keeps the VIP until it is told to give it back.'),
  },
  {
    name: 'drain',
    title: 'The operator drains the holder, and undrains it afterwards',
    sizes: BOTH_SIZES,
    strike: (stage) => stage.order('h1', '/v1/drain'),
    expected: () => handedOver('h1 hands over to h2, and is given the VIP back after the failback delay.'),
  },
  {
    name: 'failback',
    title: 'h1 is stopped, and started again: the VIP goes back on its own',
    sizes: BOTH_SIZES,
    async strike(stage) {
      await stage.pair.stop('h1');
      await stage.start('h1');
    },
    expected: () => handedOver('h1 holds again after the failback delay.', 'h1'),
    lastsMs: TIMING.failbackDelayMs + 5_000,
  },
  {
    name: 'frozen-holder-dies',
    title: 'The group is frozen, then the holder is killed; thawed, h2 takes over',
    sizes: BOTH_SIZES,
    async strike(stage) {
      await stage.order('h1', '/v1/freeze');
      await until('h2 to know of the freeze', 5_000, async () => {
        return (await stage.pair.cluster.status('h2')).groups[0]?.frozen === true;
      });
      stage.pair.agent('h1').signal('SIGKILL');
    },
    async heal(stage) {
      for (const host of stage.others('h1')) await stage.order(host, '/v1/thaw');
      await stage.untilAsExpected({ holders: ['h2'] }, { steadyMs: OVERLAP_MS, boundMs: 15_000 });
    },
    expected: () => ({
      says: 'Nobody holds while it is frozen, by order; thawed, h2 takes over.',
      holders: [],
      takeovers: 0,
      bothMs: 0,
      gapMs: Infinity,
    }),
  },
];
