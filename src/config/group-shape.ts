import * as z from 'zod/mini';
import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import { ADAPTER_MEANINGS } from './adapter-meanings.ts';
import { carpShape } from './carp-shape.ts';
import { checkShape } from './check-shape.ts';
import { cloudShape } from './cloud-shape.ts';
import { dampingShape } from './damping-shape.ts';
import { confirmShape, fenceShape, witnessShape } from './probe-shape.ts';
import { hooksShape } from './hooks-shape.ts';
import { priority } from './node-shape.ts';
import { scriptShape } from './script-shape.ts';
import { byName, described, duration, list, mapping, must, oneOf } from './value-shapes.ts';
import { interfaces } from './interface-shape.ts';
import { vipShape } from './vip-shape.ts';

/** One for all nodes, or by node. */
const adapters = () => {
  const one = oneOf(ADAPTER_MEANINGS);
  return z.union([one, byName(one)], {
    error: must('the name of an adapter, or a mapping of nodes to adapters'),
  });
};

const VIPS_MAX = 1_024;

export const groupShape = described(
  mapping({
    interface: described(
      z.optional(interfaces()),
      'The interface for the addresses, or one per node; a node that is missing there cannot hold the group. Required, unless every address has its own.',
      { examples: ['eth0', { lb1: 'eth0', lb2: 'ens3' }] },
    ),
    vips: described(
      list(vipShape, 'addresses', VIPS_MAX),
      'The virtual addresses, which move together. Quote IPv6 addresses.',
      { examples: [['10.10.10.42', '2001:db8::42']] },
    ),
    adapter: described(
      z._default(adapters(), 'auto'),
      'How addresses are put on the host, or one way per node; a node that is missing there uses auto.',
      { examples: ['auto', { lb1: 'illumos-ifconfig', lb2: 'auto' }] },
    ),
    script: described(
      z.optional(scriptShape),
      'Programs of your own that set the addresses. Required, unless no node uses `adapter: script`.',
    ),
    command: described(
      z.optional(cloudShape),
      "A cloud's command line tool, which is told where the addresses are to go. Required, unless no node uses `adapter: command`.",
    ),
    failback: described(
      z.prefault(
        mapping({
          mode: described(
            z._default(
              oneOf({
                auto: 'a better node takes the group back when it has been healthy for `delay`',
                manual: 'only on command',
              }),
              'auto',
            ),
            'Whether a better node takes the group back by itself.',
          ),
          delay: described(
            z.prefault(duration({ minMs: 0, maxMs: 60 * MINUTE_MS }), '10s'),
            'How long the better node has to be healthy first. 0s to 1h.',
          ),
        }),
        {},
      ),
      'What happens when a better node comes back.',
    ),
    announce: described(
      z.prefault(
        mapping({
          method: described(
            z._default(
              oneOf({
                auto: 'the best that the host offers',
                arping:
                  'with arping, and ndptool for IPv6; without them nothing is announced, and an alarm says so',
                'same-mac':
                  'Linux: with a change of the hardware address to the same one, which the kernel announces',
                none: 'nothing is announced',
              }),
              'auto',
            ),
            'How neighbours learn where an address went.',
          ),
          refresh: described(
            z.prefault(duration({ minMs: SECOND_MS, maxMs: 60 * MINUTE_MS }), '60s'),
            'How often the holder announces again, for as long as it holds. 1s to 1h.',
          ),
        }),
        {},
      ),
      'Gratuitous ARP and unsolicited neighbour advertisements.',
    ),
    when_all_unhealthy: described(
      z._default(
        oneOf({
          best: 'the holder stays; where nobody holds, the one with the highest priority apart from vital checks takes it',
          none: 'nobody holds it until a check passes again',
        }),
        'best',
      ),
      'What happens when a vital check fails on every node.',
    ),
    damping: described(
      z.prefault(dampingShape, {}),
      'When the group has moved to and fro, it stays where it is: off, or a mapping. Moves that an operator orders do not count, and a node that dies, or an order, moves it all the same.',
      { examples: ['off', { moves: 6, within: '10m' }] },
    ),
    priority: described(
      z.prefault(byName(priority()), {}),
      "By node, where the group's priority differs from the node's own. 1 to 254.",
      { examples: [{ lb2: 120 }] },
    ),
    confirm: described(
      z.optional(confirmShape),
      "Asks a silent node's host in another way before its group is taken over: a list of probes, or a mapping. Default: nothing is asked.",
      { examples: [['ssh://{peer}']] },
    ),
    witness: described(
      z.optional(witnessShape),
      'Asks something that only a node with a working network can reach: a list of probes of which one must answer, or a mapping. Default: nothing is asked.',
      { examples: [['ping://10.10.10.254']] },
    ),
    fence: described(
      z.optional(fenceShape),
      'A command that makes sure that a silent holder cannot serve any more. Default: none.',
      { examples: [{ command: ['/usr/local/sbin/power-off', '{name}'] }] },
    ),
    checks: described(
      z.prefault(byName(checkShape), {}),
      'What this node asks of itself, by a name of your choice: whether what the addresses lead to works here. At most 1024.',
      {
        examples: [
          { haproxy: { process: 'haproxy', weight: 2 }, disk: { command: ['/usr/local/bin/disk-ok'] } },
        ],
      },
    ),
    hooks: described(
      z.optional(hooksShape),
      'Programs that are run when something happens to the group on a node. Default: none.',
      { examples: [{ post_up: ['/etc/sealbeat/post-up.sh', 'web'] }] },
    ),
    carp: described(
      z.optional(carpShape),
      'How CARP carries the addresses on the nodes whose adapter is carp. Default: none; required where a node has that adapter.',
      { examples: [{ vhid: 1, password_file: '/etc/sealbeat/carp-password' }] },
    ),
  }),
  'Virtual addresses that move as one.',
);
