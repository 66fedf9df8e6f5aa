// Pairs with a BSD. See systems.ts for what happens to them.
import { VIP4, VIP6 } from '../lab/addresses.ts';
import { testPair, testRestart } from './systems.ts';

testPair('FreeBSD and OpenBSD', { systems: ['freebsd', 'openbsd'], vips: [VIP4, VIP6] });
testPair('NetBSD and Linux', { systems: ['netbsd', 'linux'] });
testPair('CARP on FreeBSD', {
  systems: ['freebsd', 'freebsd'],
  group: { adapter: 'carp', carp: { vhid: 42 } },
});
testPair('CARP on OpenBSD', {
  systems: ['openbsd', 'openbsd'],
  group: { adapter: 'carp', carp: { vhid: 42, interface: 'carp0' } },
});

testRestart('FreeBSD and OpenBSD', { systems: ['freebsd', 'openbsd'], vips: [VIP4, VIP6] });
