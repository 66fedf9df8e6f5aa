import * as z from 'zod/mini';
import { SECOND_MS } from '../core/units.ts';
import { absoluteFile } from './file-shape.ts';
import { parseIpAddress, type IpAddress } from './ip-address.ts';
import { byName, described, mapping, must, seconds, textAs, wholeNumber } from './value-shapes.ts';
import { interfaces } from './interface-shape.ts';

export const VHID_MAX = 255;
const ADVBASE_SECONDS_MAX = 255;

const address = () =>
  textAs('an IPv4 or IPv6 address', '^[0-9a-fA-F.:]+$', (text) => {
    const value: IpAddress | undefined = parseIpAddress(text);
    return value ? { value } : { problem: `"${text.slice(0, 50)}" is not an IPv4 or IPv6 address` };
  });

const unicast = () => {
  const error = must('true, false, or a mapping of nodes to their addresses on the interface of the group');
  return z.union([z.boolean({ error }), byName(address())], { error });
};

const vhost = () => ({
  vhid: described(
    wholeNumber(1, VHID_MAX),
    'The number of the virtual host, the same on every node; on one network every group, and everything else that speaks CARP or VRRP, has another. 1 to 255.',
    { examples: [1] },
  ),
  interface: described(
    z.optional(interfaces()),
    'OpenBSD and NetBSD, where CARP is an interface: its name, or one per node. It is created when it is missing. Default: none, as FreeBSD needs none.',
    { examples: ['carp0', { fw1: 'carp0', fw2: 'carp1' }] },
  ),
  unicast: described(
    z.prefault(unicast(), false),
    'Advertisements go to the other of two nodes instead of to the multicast address (FreeBSD 14, OpenBSD). true: to the host of its first path. Or a mapping of both nodes to their addresses on the interface of the group.',
    { examples: [true, { fw1: '10.10.10.1', fw2: '10.10.10.2' }] },
  ),
});

/** Of one VIP: the virtual host of the network that it is on. */
export const vhostShape = mapping(vhost());

export const carpShape = mapping({
  ...vhost(),
  advbase: described(
    z.prefault(
      seconds({
        minMs: SECOND_MS,
        maxMs: ADVBASE_SECONDS_MAX * SECOND_MS,
        off: false,
        why: ', in which advertisements are counted',
      }),
      '1s',
    ),
    'How often the holder advertises itself to other hosts that speak CARP. Whole seconds, 1s to 255s.',
  ),
  password_file: described(
    z.optional(absoluteFile('carp-password')),
    'A file with the password of the virtual host in one line, which only root may read. Default: none, and anybody on the network can speak for it.',
    { examples: ['/etc/sealbeat/carp-password'] },
  ),
});

export type VhostShape = z.output<typeof vhostShape>;
export type CarpShape = z.output<typeof carpShape>;
