import * as z from 'zod/mini';
import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import { alertsShape } from './alert-shape.ts';
import { arbiterShape } from './arbiter-shape.ts';
import { groupShape } from './group-shape.ts';
import { webShape } from './web-shape.ts';
import { heartbeatShape } from './heartbeat-shape.ts';
import { nodeShape } from './node-shape.ts';
import type { vipShape } from './vip-shape.ts';
import { aName, byName, described, mapping, must, seconds } from './value-shapes.ts';

/**
 * The shape of the config file: every key with its default, its bounds and a line for people. json-schema.ts makes the
 * JSON Schema of the same source; the *-rules.ts and timing.ts hold what a shape can't say.
 */
export const NODES_MIN = 2;
export const NODES_MAX = 8;
export const GROUPS_MAX = 256;
export const RESTART_SECONDS_MAX = 10;

const lease = z.prefault(
  seconds({ minMs: SECOND_MS, maxMs: MINUTE_MS, off: true, why: ', in which the kernel counts leases' }),
  '1s',
);
const restart = z.prefault(
  seconds({
    minMs: 0,
    maxMs: RESTART_SECONDS_MAX * SECOND_MS,
    off: true,
    why: ', in which a promise to be back is made',
  }),
  '3s',
);

export const fileShape = described(
  mapping({
    cluster: described(
      aName(z.string({ error: must('a name') })),
      'The name of the cluster. Heartbeats of another cluster are not understood, so two clusters can share hosts and keys.',
      { examples: ['mail'] },
    ),
    heartbeat: described(z.prefault(heartbeatShape, {}), 'Timing of the heartbeats.'),
    lease: described(
      lease,
      'How long an address stays that the agent no longer renews. Then the kernel takes it away (Linux, and IPv6 on the BSDs), or the guard process does. Whole seconds, 1s to 1m, or off.',
    ),
    restart: described(
      restart,
      'The longest that a restarting node asks the others to wait for it, with its addresses left on the host. Whole seconds, 0s to 10s, or off. Needs a lease.',
    ),
    nodes: described(byName(nodeShape), 'Two to eight nodes, by name. The file is the same on all of them.', {
      minProperties: NODES_MIN,
      maxProperties: NODES_MAX,
    }),
    groups: described(byName(groupShape), 'The groups of virtual addresses, by name; at most 256.', {
      minProperties: 1,
      maxProperties: GROUPS_MAX,
    }),
    arbiter: described(
      z.optional(arbiterShape),
      'A third party that grants each group to one node at a time. Default: none; the nodes agree among themselves.',
    ),
    alerts: described(
      z.optional(alertsShape),
      'Whom to tell of what happens, by mail and by webhooks. Default: nobody.',
    ),
    web: described(
      z.optional(webShape),
      'Metrics and the status page over HTTP, for reading only. Default: nothing listens; the control socket has the metrics in any case.',
    ),
  }),
  'Configuration of sealbeat, the same file on every node.',
);

/** Parts of the file that still have a meaning when another part has none. */
export const sectionShapes = {
  heartbeat: heartbeatShape,
  lease,
  restart,
  node: nodeShape,
  group: groupShape,
  arbiter: arbiterShape,
  alerts: alertsShape,
  web: webShape,
} as const;

export type FileShape = z.output<typeof fileShape>;
export type NodeShape = z.output<typeof nodeShape>;
export type GroupShape = z.output<typeof groupShape>;
export type ArbiterShape = z.output<typeof arbiterShape>;
export type AlertsShape = z.output<typeof alertsShape>;
export type WebShape = z.output<typeof webShape>;
export type VipShape = z.output<typeof vipShape>;
export type InterfaceShape = string | Record<string, string>;
