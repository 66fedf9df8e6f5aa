import * as z from 'zod/mini';
import { MINUTE_MS } from '../core/units.ts';
import { described, duration, mapping } from './value-shapes.ts';

export const heartbeatShape = mapping({
  interval: described(
    z.prefault(duration({ minMs: 10, maxMs: MINUTE_MS }), '250ms'),
    'How often a heartbeat goes to every peer over every path. 10ms to 1m.',
  ),
  timeout: described(
    z.prefault(duration({ minMs: 10, maxMs: MINUTE_MS }), '3s'),
    'How long a peer may be silent before it is dead. At least 1.7 intervals; with lease + 1.2s or more, no two nodes hold an address after a crash. 10ms to 1m.',
  ),
  startup: described(
    z.optional(duration({ minMs: 10, maxMs: 10 * MINUTE_MS })),
    'How long a starting node waits for its peers before it acts alone. Default: two timeouts, and no less than restart + lease + 1s. 10ms to 10m.',
    { examples: ['6s'] },
  ),
  unproven: described(
    z.prefault(duration({ minMs: 0, maxMs: 10 * MINUTE_MS }), '60s'),
    'How long a starting node respects an active peer that it hears but cannot reach. 0s to 10m.',
  ),
});
