import * as z from 'zod/mini';
import { vhostShape } from './carp-shape.ts';
import { interfaces } from './interface-shape.ts';
import { parseVipAddress } from './vip-address.ts';
import { described, mapping, must, textAs } from './value-shapes.ts';

const address = () => textAs('an IPv4 or IPv6 address', '^[0-9a-fA-F.:]+(/[0-9]{1,3})?$', parseVipAddress);
export const vipShape = z.union(
  [
    described(address(), 'An address; /32 or /128 unless a length is given.'),
    mapping({
      address: described(address(), 'The address; /32 or /128 unless a length is given.', {
        examples: ['10.10.10.42', '2001:db8::42/64'],
      }),
      label: described(
        z._default(z.string({ error: must('text') }), ''),
        'Linux only, IPv4 only: the label shown by ip-address(8), which starts with the interface and a colon; at most 15 characters.',
      ),
      interface: described(
        z.optional(interfaces()),
        "Where this address goes. Default: the group's interface.",
        { examples: ['eth1', { lb1: 'eth1', lb2: 'ens4' }] },
      ),
      carp: described(
        z.optional(vhostShape),
        "Its virtual host where it is on another network than the group's, on the nodes whose adapter is carp. Default: that of the group.",
        { examples: [{ vhid: 2, interface: 'carp1' }] },
      ),
    }),
  ],
  { error: must('an address, or a mapping with "address"') },
);
