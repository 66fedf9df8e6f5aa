// Pairs with illumos. See systems.ts for what happens to them.
import { VIP4, VIP6 } from '../lab/addresses.ts';
import { testPair, testRestart } from './systems.ts';

testPair('illumos and illumos', { systems: ['illumos', 'illumos'], vips: [VIP4, VIP6] });
testPair('illumos and illumos, with ifconfig', {
  systems: ['illumos', 'illumos'],
  group: { adapter: 'illumos-ifconfig' },
});
testPair('illumos and Linux', { systems: ['illumos', 'linux'], vips: [VIP4, VIP6] });

testRestart('illumos and illumos', { systems: ['illumos', 'illumos'], vips: [VIP4, VIP6] });
