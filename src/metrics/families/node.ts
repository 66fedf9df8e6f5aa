import { family, seconds } from '../family.ts';

/** The daemon as a whole. */
export const NODE_FAMILIES = [
  family(
    'sealbeat_build_info',
    'gauge',
    'Always 1; which version of sealbeat and of Node.js runs',
    ['version', 'node_version'],
    ({ status, process }, put) => put(1, status.version, process.nodeVersion),
  ),
  family(
    'sealbeat_node_info',
    'gauge',
    'Always 1; which node of which cluster this is, to be joined with the others',
    ['node', 'cluster'],
    ({ status }, put) => put(1, status.node, status.cluster),
  ),
  family(
    'sealbeat_config_info',
    'gauge',
    'Always 1; digest of the config in force, the same on every node in peace',
    ['digest'],
    ({ status }, put) => put(1, status.configDigest),
  ),
  family(
    'sealbeat_config_refused',
    'gauge',
    '1 while the config file could not be taken over by the last reload, and an older one is in force',
    [],
    ({ status }, put) => put(status.configProblem !== ''),
  ),
  family(
    'sealbeat_config_drift',
    'gauge',
    '1 while the peer runs with another config than this node',
    ['peer'],
    ({ status }, put) => {
      for (const { name, configDrift } of status.peers) put(configDrift, name);
    },
  ),
  family(
    'sealbeat_heartbeat_interval_seconds',
    'gauge',
    'How often this node beats, as configured',
    [],
    ({ status }, put) => put(seconds(status.intervalMs)),
  ),
  family(
    'sealbeat_heartbeat_timeout_seconds',
    'gauge',
    'After how much silence a peer is dead, as configured',
    [],
    ({ status }, put) => put(seconds(status.timeoutMs)),
  ),
  family(
    'sealbeat_lease_seconds',
    'gauge',
    'How long an address stays that nobody renews, as configured; 0 without a lease',
    [],
    ({ status }, put) => put(status.leaseSeconds),
  ),
  family('sealbeat_uptime_seconds', 'gauge', 'Since the daemon started', [], ({ status }, put) =>
    put(seconds(status.upForMs)),
  ),
  family(
    'sealbeat_alarms',
    'gauge',
    'How many things an operator should look at now, as "sealbeat status" lists them',
    [],
    ({ status }, put) => put(status.alarms.length),
  ),
  family(
    'sealbeat_stalls_total',
    'counter',
    'How often the process or the host stood still for longer than a callback may be late',
    [],
    ({ counted }, put) => put(counted.stalls),
  ),
  family('sealbeat_stall_max_seconds', 'gauge', 'The longest of these stalls', [], ({ counted }, put) =>
    put(seconds(counted.stalledMsMax)),
  ),
  family(
    'sealbeat_events_dropped_total',
    'counter',
    'Events that found the queue to the rules full; not 0 means a fault of ours',
    [],
    ({ status }, put) => put(status.counters['events dropped'] ?? 0),
  ),
];
