import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newLooks } from '../../../src/vip/plain/looks.ts';
import type { AddressState, ShownLink } from '../../../src/vip/plain/tools.ts';
import { vipOf } from '../vip-of.ts';

const vip = vipOf('10.77.0.100/32', 'em0');
const linkWith = (...states: readonly AddressState[]): ShownLink => ({
  ...{ name: 'em0', up: true, carrier: true },
  addresses: states.map((state) => ({
    ...{ family: 4, address: vip.address, prefixLength: 32, state, owner: 'unknown', handle: '' },
  })),
});

test('looks: each interface once, whatever the number of VIPs', async () => {
  const asked: string[] = [];
  const looks = newLooks({
    show: async (link) => {
      asked.push(link);
      return undefined;
    },
  });
  await looks.at([vip, vipOf('10.77.0.101/32', 'em0'), vipOf('10.77.0.100/32', 'em1')]);
  assert.deepEqual(asked, ['em0', 'em1']);
});

test('looks: of two that overlap, the one that began later is believed', async () => {
  const answers: ((shown: ShownLink) => void)[] = [];
  const looks = newLooks({ show: () => new Promise((resolve) => answers.push(resolve)) });
  const seen: (ShownLink | undefined)[] = [];
  looks.onLook((_, shown) => seen.push(shown));
  assert.equal(looks.lastState(vip), undefined);
  const both = [looks.at([vip]), looks.at([vip])];
  answers[1]?.(linkWith());
  await both[1];
  answers[0]?.(linkWith('ok'));
  await both[0];
  assert.equal(looks.lastState(vip), 'absent');
  assert.deepEqual(seen, [linkWith()]);
});

test('looks: an address that stands there twice is as good as the better one', async () => {
  const looks = newLooks({ show: async () => linkWith('down', 'ok', 'duplicate') });
  await looks.at([vip]);
  assert.equal(looks.lastState(vip), 'ok');
});

test('looks: one that fails changes nothing of what is known', async () => {
  let fails = false;
  const looks = newLooks({
    show: async () => {
      if (fails) throw new Error('on purpose');
      return linkWith('ok');
    },
  });
  await looks.at([vip]);
  fails = true;
  await assert.rejects(looks.at([vip]));
  assert.equal(looks.lastState(vip), 'ok');
});
