import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLan } from './lan.ts';
import type { CarpAdvert } from './model.ts';

const VIP = '10.77.0.100';
const ADVERT: CarpAdvert = { vhid: 1, advbase: 1, advskew: 0, demote: 0, pass: 'secret' };

function threeHosts() {
  const lan = createLan();
  const a = lan.join('a', { e1000g0: 'lan', e1000g1: 'cross' });
  const b = lan.join('b', { em0: 'lan' });
  const c = lan.join('c', { wm0: 'cross' });
  return { lan, a, b, c };
}

test('lan: an address is taken for the others on its LAN, and for nobody else', async () => {
  const { lan, a, b, c } = threeHosts();
  await a.appear('e1000g0', VIP, 32);
  assert.equal(await b.isTaken('em0', VIP), true);
  assert.equal(await c.isTaken('wm0', VIP), false, 'another LAN');
  assert.equal(await a.isTaken('e1000g0', VIP), false, 'its own');
  assert.deepEqual(lan.holders(VIP), ['a']);
  await a.vanish('e1000g0', VIP, 32);
  assert.equal(await b.isTaken('em0', VIP), false);
});

test('lan: a probe needs both directions and both cables', async () => {
  const { lan, a, b } = threeHosts();
  await a.appear('e1000g0', VIP, 32);
  for (const [from, to] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    lan.cut(from, to);
    assert.equal(await b.isTaken('em0', VIP), false, `${from} does not reach ${to}`);
    lan.heal();
  }
  for (const [host, link] of [
    ['a', 'e1000g0'],
    ['b', 'em0'],
  ] as const) {
    lan.pull(host, link);
    assert.equal(await b.isTaken('em0', VIP), false, `${host} is unplugged`);
    assert.equal(await (host === 'a' ? a : b).hasCarrier(link), false);
    lan.plug(host, link);
    assert.equal(await b.isTaken('em0', VIP), true);
    assert.equal(await (host === 'a' ? a : b).hasCarrier(link), true);
  }
});

test('lan: a foreign host answers until it is gone', async () => {
  const { lan, a, c } = threeHosts();
  const leave = lan.addForeign('lan', VIP);
  assert.equal(await a.isTaken('e1000g0', VIP), true);
  assert.equal(await c.isTaken('wm0', VIP), false);
  leave();
  leave();
  assert.equal(await a.isTaken('e1000g0', VIP), false);
});

test('lan: announcements are heard by the others and remembered', () => {
  const { lan, a, b } = threeHosts();
  const heard: string[] = [];
  const stop = b.onAnnounce((link, address) => heard.push(`${link} ${address}`));
  a.announce('e1000g0', VIP);
  lan.announceForeign('lan', VIP);
  lan.cut('a', 'b');
  a.announce('e1000g0', VIP);
  lan.heal();
  stop();
  a.announce('e1000g0', VIP);
  assert.deepEqual(heard, [`em0 ${VIP}`, `em0 ${VIP}`]);
  assert.deepEqual(
    lan.announcements.map(({ heardBy }) => heardBy),
    [['b'], [], ['b']],
  );
});

test('lan: adverts go to all, or to who has the peer address', async () => {
  const { lan, a, b } = threeHosts();
  const heard: number[] = [];
  b.onAdvert((_, { vhid }) => heard.push(vhid));
  a.advertise('e1000g0', ADVERT);
  a.advertise('e1000g0', { ...ADVERT, vhid: 2 }, '10.77.0.2');
  await b.appear('em0', '10.77.0.2', 24);
  a.advertise('e1000g0', { ...ADVERT, vhid: 3 }, '10.77.0.2');
  lan.pull('a', 'e1000g0');
  a.advertise('e1000g0', { ...ADVERT, vhid: 4 });
  assert.deepEqual(heard, [1, 3]);
  assert.deepEqual(
    lan.adverts.map(({ host, heardBy, peer }) => [host, heardBy, peer]),
    [
      ['a', ['b'], undefined],
      ['a', [], '10.77.0.2'],
      ['a', ['b'], '10.77.0.2'],
      ['a', [], undefined],
    ],
  );
});

test('lan: an answer is heard after everybody heard the question', () => {
  const lan = createLan();
  const wires = ['a', 'b', 'c'].map((host) => lan.join(host, { em0: 'lan' }));
  const order: string[] = [];
  wires[1]!.onAdvert((link, { vhid }) => {
    order.push(`b ${vhid}`);
    if (vhid === 1) wires[1]!.advertise(link, { ...ADVERT, vhid: 2 });
  });
  wires[2]!.onAdvert((_, { vhid }) => order.push(`c ${vhid}`));
  wires[0]!.advertise('em0', ADVERT);
  assert.deepEqual(order, ['b 1', 'c 1', 'c 2']);
});

test('lan: a link that the host does not have is a mistake of the test', async () => {
  const { a } = threeHosts();
  await assert.rejects(a.isTaken('lo0', VIP), /a has no link lo0/);
});
