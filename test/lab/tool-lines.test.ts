import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMonitorLine } from './address-watch.ts';
import { parseAnnouncement } from './announcements.ts';
import { udpPayloads } from './packet-capture.ts';

const AT = Date.parse('2026-11-20T17:12:12.019Z') + 0.429;
const monitorLines = [
  {
    name: 'an address with a lease',
    line: '[2026-11-20T17:12:12.019429] 2: eth0    inet 10.77.0.100/32 scope global dynamic eth0\\       valid_lft 1sec preferred_lft 1sec',
    event: { atMs: AT, address: '10.77.0.100', device: 'eth0', added: true },
  },
  {
    name: 'one that goes',
    line: '[2026-11-20T17:12:12.019429] Deleted 2: eth0    inet6 fd77::100/128 scope global \\       valid_lft forever preferred_lft forever',
    event: { atMs: AT, address: 'fd77::100', device: 'eth0', added: false },
  },
  {
    name: 'a tentative one, which is not there yet',
    line: '[2026-11-20T17:12:12.019429] 2: eth0    inet6 fd77::100/128 scope global tentative \\       valid_lft forever preferred_lft forever',
    event: undefined,
  },
  {
    name: 'a tentative one that goes',
    line: '[2026-11-20T17:12:12.019429] Deleted 2: eth0    inet6 fd77::100/128 scope global tentative \\       valid_lft forever',
    event: { atMs: AT, address: 'fd77::100', device: 'eth0', added: false },
  },
  { name: 'something else', line: 'Dump was interrupted and may be inconsistent.', event: undefined },
];
for (const { name, line, event } of monitorLines) {
  test(`ip monitor: ${name}`, () => assert.deepEqual(parseMonitorLine(line), event));
}

const FROM = '1795195372.268180 02:77:00:00:00:02 > ';
const seen = (vip: string) => ({ atMs: 1_795_195_372_268.18, vip, mac: '02:77:00:00:00:02' });
const captured = [
  {
    name: 'a gratuitous request with a target',
    line: `${FROM}ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Request who-has 10.77.0.100 (ff:ff:ff:ff:ff:ff) tell 10.77.0.100, length 28`,
    announcement: seen('10.77.0.100'),
  },
  {
    name: 'a gratuitous request without',
    line: `${FROM}ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Request who-has 10.77.0.100 tell 10.77.0.100, length 28`,
    announcement: seen('10.77.0.100'),
  },
  {
    name: 'a broadcast reply',
    line: `${FROM}ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Reply 10.77.0.100 is-at 02:77:00:00:00:02, length 28`,
    announcement: seen('10.77.0.100'),
  },
  {
    name: 'an unsolicited neighbour advertisement',
    line: `${FROM}33:33:00:00:00:01, ethertype IPv6 (0x86dd), length 86: fd77::100 > ff02::1: ICMP6, neighbor advertisement, tgt is fd77::100, length 32`,
    announcement: seen('fd77::100'),
  },
  {
    name: 'not a question',
    line: `${FROM}ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Request who-has 10.77.0.9 tell 10.77.0.100, length 28`,
    announcement: undefined,
  },
  {
    name: 'not an answer to one',
    line: `${FROM}02:77:00:00:00:09, ethertype ARP (0x0806), length 42: Reply 10.77.0.100 is-at 02:77:00:00:00:02, length 28`,
    announcement: undefined,
  },
];
for (const { name, line, announcement } of captured) {
  test(`announcement: ${name}`, () => assert.deepEqual(parseAnnouncement(line), announcement));
}

test('capture: takes UDP payloads out, and stops at a packet that was cut off', () => {
  const payload = Buffer.from('heartbeat');
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(8 + payload.length, 4);
  const ip = Buffer.alloc(24); // header of 6 words: options are skipped
  ip[0] = 0x46;
  const packet = Buffer.concat([Buffer.alloc(14), ip, udp, payload, Buffer.from('trailer')]);
  const header = Buffer.alloc(16);
  header.writeUInt32LE(packet.length, 8);
  const file = Buffer.concat([
    Buffer.alloc(24),
    header,
    packet,
    header,
    packet,
    header,
    packet.subarray(0, 20),
  ]);
  assert.deepEqual(udpPayloads(file), [payload, payload]);
});
