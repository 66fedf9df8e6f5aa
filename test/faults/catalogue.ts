import { CLOCK_FAULTS } from './clock-faults.ts';
import { CONFIG_FAULTS } from './config-faults.ts';
import type { Fault } from './fault.ts';
import { LINK_FAULTS } from './link-faults.ts';
import { NETWORK_FAULTS } from './network-faults.ts';
import { OPERATOR_FAULTS } from './operator-faults.ts';
import { PROCESS_FAULTS } from './process-faults.ts';
import { THIRD_PARTY_FAULTS } from './third-party-faults.ts';
import { THREE_NODE_FAULTS } from './three-node-faults.ts';
import { TWO_PATH_FAULTS } from './two-path-faults.ts';

/** Every fault that the matrix and the random walk know, by family. */
export const FAMILIES: readonly { readonly title: string; readonly faults: readonly Fault[] }[] = [
  { title: 'Processes', faults: PROCESS_FAULTS },
  { title: 'Cables and interfaces', faults: LINK_FAULTS },
  { title: 'The network between the hosts', faults: NETWORK_FAULTS },
  { title: 'Three nodes', faults: THREE_NODE_FAULTS },
  { title: 'Two paths', faults: TWO_PATH_FAULTS },
  { title: 'Operators', faults: OPERATOR_FAULTS },
  { title: 'Configuration', faults: CONFIG_FAULTS },
  { title: 'Clocks', faults: CLOCK_FAULTS },
  { title: 'Witness, arbiter and restart', faults: THIRD_PARTY_FAULTS },
];

export const FAULTS: readonly Fault[] = FAMILIES.flatMap(({ faults }) => faults);
