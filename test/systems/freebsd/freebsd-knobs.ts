import { type Knob, type Knobs, knob } from '../bsd/knobs.ts';

/** What of sysctl(8) the model understands. */
export interface FreebsdKnobs {
  readonly table: Knobs;
  readonly carp: {
    readonly allow: Knob;
    readonly preempt: Knob;
    readonly demotion: Knob;
    readonly ifdownFactor: Knob;
  };
  readonly dadCount: Knob;
  readonly garpRepeats: Knob;
  /** Refuses a prefix that another interface has. */
  readonly samePrefixCarpOnly: Knob;
  readonly pfsyncFactor: Knob;
}

export interface KnobEvents {
  /** The demotion counter, which writing does not simply set. */
  readonly demotion: Knob;
  readonly onAllow: () => void;
  readonly isCarpLoaded: boolean;
  readonly sharesPrefixes: boolean;
}

const DEMOTION_FACTOR = 240;

export function freebsdKnobs({ demotion, onAllow, isCarpLoaded, sharesPrefixes }: KnobEvents): FreebsdKnobs {
  const carp = {
    allow: knob(1, onAllow),
    preempt: knob(0),
    demotion,
    ifdownFactor: knob(DEMOTION_FACTOR),
  };
  const dadCount = knob(1);
  const garpRepeats = knob(0);
  const samePrefixCarpOnly = knob(sharesPrefixes ? 0 : 1);
  const pfsyncFactor = knob(DEMOTION_FACTOR);
  const carpTable: readonly [string, Knob][] = [
    ['net.inet.carp.allow', carp.allow],
    ['net.inet.carp.preempt', carp.preempt],
    ['net.inet.carp.log', knob(1)],
    ['net.inet.carp.demotion', carp.demotion],
    ['net.inet.carp.senderr_demotion_factor', knob(DEMOTION_FACTOR)],
    ['net.inet.carp.ifdown_demotion_factor', carp.ifdownFactor],
    ['net.inet.carp.dscp', knob(56)],
  ];
  const table = new Map<string, Knob>([
    ...(isCarpLoaded ? carpTable : []),
    ['net.inet.ip.same_prefix_carp_only', samePrefixCarpOnly],
    ['net.inet6.ip6.dad_count', dadCount],
    ['net.link.ether.inet.garp_rexmit_count', garpRepeats],
    ['net.pfsync.carp_demotion_factor', pfsyncFactor],
  ]);
  return { table, carp, dadCount, garpRepeats, samePrefixCarpOnly, pfsyncFactor };
}
