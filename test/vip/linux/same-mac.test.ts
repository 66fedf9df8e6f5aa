import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { until } from '../../lab/wait.ts';
import { parseLinkState } from '../../../src/vip/linux/ip-json.ts';
import { announceBySameMac } from '../../../src/vip/linux/same-mac.ts';
import { sentIn, sentPackets } from '../../../src/vip/linux/sent-packets.ts';

const LINES = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:  101     2    0    0    0     0          0         0      101       2    0    0    0     0       0          0
  eth0: 9407 2501    0    0    0     0          0         0 78452342   31337    0    0    0     0       0          0
eth0.5:   12    1    0    0    0     0          0         0       34       5    0    0    0     0       0          0
`;

for (const [link, sent] of [
  ['lo', 2],
  ['eth0', 31_337],
  ['eth0.5', 5],
  ['eth', undefined],
  ['eth1', undefined],
] as const) {
  test(`sent packets of ${link}`, () => assert.equal(sentIn(LINES, link), sent));
}

test('sent packets: nobody knows without the file', () => {
  assert.equal(sentPackets('eth0', '/nonexistent'), undefined);
});

const shown = (carrier: boolean) => {
  const flags = carrier ? ['UP', 'LOWER_UP'] : ['NO-CARRIER', 'UP'];
  const link = { ifname: 'v0', flags, link_type: 'ether', address: '02:00:00:00:00:01' };
  return parseLinkState(JSON.stringify([link]), 'v0');
};

/** `sent`: what the interface has counted, at each moment in ms after the command. */
async function announceWhile({
  sent,
  carriers,
}: {
  sent: (ms: number) => number | undefined;
  carriers: boolean[];
}) {
  const clock = new ManualClock();
  const changes: string[] = [];
  let settled = false;
  const outcome = announceBySameMac(
    {
      clock,
      timeoutMs: 1_000,
      sysctl: { read: () => '1', write: () => true },
      sentPackets: () => (changes.length === 0 ? 10 : sent(clock.nowMs())),
      ip: {
        show: async () => shown(carriers.shift() ?? true),
        change: async (lines) => {
          changes.push(...lines);
          return [];
        },
        prepare: () => {},
        close: async () => {},
      },
    },
    'v0',
    new Map([
      [4, 90],
      [6, 10],
    ]),
  ).finally(() => (settled = true));
  await until('the outcome', 5_000, () => {
    if (clock.waiting > 0) clock.goOn(10);
    return settled;
  });
  assert.deepEqual(changes, ['link set dev v0 address 02:00:00:00:00:01']);
  return { proven: await outcome, afterMs: clock.nowMs() };
}

for (const { name, sent, carriers = [], proven, beforeMs } of [
  { name: 'sent at once', sent: () => 110, proven: true, beforeMs: 1 },
  {
    name: 'counted a second late',
    sent: (ms: number) => (ms < 1_000 ? 10 : 110),
    proven: true,
    beforeMs: 1_500,
  },
  { name: 'one packet short', sent: () => 109, proven: false, beforeMs: 3_000 },
  {
    name: 'none sent, because the cable was pulled',
    sent: () => 10,
    carriers: [true, false],
    proven: true,
    beforeMs: 3_000,
  },
  { name: 'no cable from the beginning', sent: () => 10, carriers: [false], proven: true, beforeMs: 1 },
  { name: 'a count that nobody knows', sent: () => undefined, proven: true, beforeMs: 1 },
]) {
  test(`same MAC: ${name}`, { timeout: 20_000 }, async () => {
    const seen = await announceWhile({ sent, carriers: [...carriers] });
    assert.equal(seen.proven, proven);
    assert.ok(seen.afterMs < beforeMs, `${seen.afterMs} ms`);
  });
}
