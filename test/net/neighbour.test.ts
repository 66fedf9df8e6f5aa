import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Exec, Ran } from '../../src/core/ports.ts';
import { newNeighbours } from '../../src/net/neighbour.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemExec } from '../../src/system/exec.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { runTool } from '../lab/host-tool.ts';
import { labTest } from '../lab/requirement.ts';
import { until } from '../lab/wait.ts';
import { LINK, makePair } from '../vip/lab.ts';

const ADDRESS = '10.0.0.2';
const ran: Ran = { exitCode: 0, stdout: '', stderr: '', timedOut: false, missing: false };
const entry = (state: string, dev = 'eth0', dst = ADDRESS) => ({ dst, dev, state: [state] });
const showing = (...entries: readonly object[]): Ran => ({ ...ran, stdout: JSON.stringify(entries) });

/** An `ip` that answers as told, and a moment at which all that it was asked has been answered. */
function bench({ answer = showing(), platform = 'linux' as NodeJS.Platform } = {}) {
  const commands: string[] = [];
  const clock = new ManualClock();
  const log = collectedLog();
  const waiting: (() => void)[] = [];
  const exec: Exec = {
    run: (file, args) =>
      new Promise((resolve) => {
        commands.push([file, ...args].join(' '));
        waiting.push(() => resolve(args.includes('show') ? answer : ran));
      }),
  };
  const answerAll = async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      for (const settle of waiting.splice(0)) settle();
      await Promise.resolve();
    }
  };
  return { ...newNeighbours({ exec, clock, log, platform }), commands, clock, log, answerAll };
}

const SHOW = `ip -j neighbour show to ${ADDRESS}`;
const deleted = (dev: string) => `ip neighbour delete ${ADDRESS} dev ${dev}`;

for (const [name, answer, commands] of [
  ['the kernel is still asking: the entry goes', showing(entry('INCOMPLETE')), [deleted('eth0')]],
  [
    'on two interfaces: both go',
    showing(entry('INCOMPLETE'), entry('INCOMPLETE', 'eth1')),
    [deleted('eth0'), deleted('eth1')],
  ],
  [
    'one of two works: that one stays',
    showing(entry('REACHABLE'), entry('INCOMPLETE', 'eth1')),
    [deleted('eth1')],
  ],
  ['it gave up: the next frame makes it ask', showing(entry('FAILED')), []],
  ['the entry works', showing(entry('STALE')), []],
  ['it is of another address', showing(entry('INCOMPLETE', 'eth0', '10.0.0.20')), []],
  ['there is none', showing(), []],
  ['there is none, to an older ip', ran, []],
  ['an entry of a kind that we do not know', showing({ dst: ADDRESS, dev: 'eth0' }), []],
] as const) {
  test(`neighbours: ${name}`, async () => {
    const { refresh, answerAll, commands: run, log } = bench({ answer });
    refresh(ADDRESS);
    await answerAll();
    assert.deepEqual(run, [SHOW, ...commands]);
    assert.deepEqual(log.lines, []);
  });
}

for (const [name, answer, error] of [
  ['ip is not installed', { ...ran, exitCode: -1, missing: true }, /not installed/],
  [
    'ip fails',
    { ...ran, exitCode: 2, stderr: 'RTNETLINK answers: Operation not permitted\n' },
    /not permitted$/,
  ],
  ['ip hangs', { ...ran, exitCode: -1, timedOut: true }, /no answer in time/],
  ['ip says something else', { ...ran, stdout: '10.0.0.2 dev eth0 INCOMPLETE' }, /SyntaxError/],
] as const) {
  test(`neighbours: nothing happens when ${name}, but a word for who debugs`, async () => {
    const { refresh, answerAll, commands, log } = bench({ answer });
    refresh(ADDRESS);
    await answerAll();
    assert.deepEqual(commands, [SHOW]);
    assert.deepEqual(
      log.lines.map(({ level }) => level),
      ['debug'],
    );
    assert.match((log.lines[0]?.fields as { error: string }).error, error);
  });
}

test('neighbours: once a second and address, however often it is asked for', async () => {
  const { refresh, answerAll, commands, clock } = bench();
  for (const afterMs of [0, 0, 999, 1]) {
    clock.goOn(afterMs);
    refresh(ADDRESS);
    refresh('fd00::2');
    await answerAll();
  }
  const both = [SHOW, 'ip -j neighbour show to fd00::2'];
  assert.deepEqual(commands, [...both, ...both]);
});

test('neighbours: never two at once for an address, however long ip takes', async () => {
  const { refresh, answerAll, commands, clock } = bench();
  refresh(ADDRESS);
  clock.goOn(60_000);
  refresh(ADDRESS);
  assert.deepEqual(commands, [SHOW]);
  await answerAll();
  refresh(ADDRESS);
  assert.deepEqual(commands, [SHOW, SHOW]);
});

test('neighbours: the zone of a link-local address is not for ip', () => {
  const { refresh, commands } = bench();
  refresh('fe80::1%eth0');
  assert.deepEqual(commands, ['ip -j neighbour show to fe80::1']);
});

test('neighbours: nothing runs elsewhere, or for what is no address', () => {
  for (const platform of ['darwin', 'freebsd', 'win32'] as const) {
    const { refresh, commands } = bench({ platform });
    refresh(ADDRESS);
    assert.deepEqual(commands, []);
  }
  const { refresh, commands } = bench();
  for (const word of ['lb2', '', '%eth0', '10.0.0.2 dev eth1', '--help']) refresh(word);
  assert.deepEqual(commands, []);
});

for (const [peer, length, family] of [
  ['10.77.0.7', 24, 'ipv4'],
  ['fd77::7', 64, 'ipv6'],
] as const) {
  labTest(
    `neighbours: the kernel forgets an ${family} peer that it asks for, and asks anew`,
    30_000,
    async () => {
      const pair = makePair();
      // As long as nothing answers, the kernel asks; else it would give up after three seconds, perhaps before we look.
      pair.sysctl(`net.${family}.neigh.${LINK}.mcast_solicit`, '1000');
      const inside: Exec = {
        run: (file, args, limit) => systemExec.run('ip', ['netns', 'exec', pair.here, file, ...args], limit),
      };
      const state = () => /[A-Z]+\s*$/.exec(pair.ip('neighbour', 'show', 'to', peer))?.[0].trim() ?? '';
      const send = () => {
        const code = `const s = require('dgram').createSocket('${family === 'ipv4' ? 'udp4' : 'udp6'}'); s.send('x', 9, '${peer}', () => s.close())`;
        runTool('ip', ['netns', 'exec', pair.here, process.execPath, '-e', code]);
      };
      const log = collectedLog();
      const { refresh } = newNeighbours({ exec: inside, clock: systemClock, log, platform: 'linux' });

      send();
      await until('the kernel to ask', 5_000, () => state() === 'INCOMPLETE', state);
      refresh(peer);
      // Nobody sends, so nobody but the refresh can have ended the asking.
      await until('the entry to be gone', 5_000, () => state() === '', state);

      pair.peerIp(
        'address',
        'add',
        `${peer}/${length}`,
        'dev',
        LINK,
        ...(family === 'ipv6' ? ['nodad'] : []),
      );
      send();
      await until('the peer to be found', 5_000, () => state() === 'REACHABLE', state);
      assert.deepEqual(log.lines, []);
    },
  );
}
