import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { OperatorError } from '../../../src/core/errors.ts';
import { type Clock, type Vip } from '../../../src/core/ports.ts';
import { type AnnounceMethod } from '../../../src/core/settings.ts';
import { collectedLog } from '../../fakes/collected-log.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { systemSpawn } from '../../../src/system/child.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { systemExec } from '../../../src/system/exec.ts';
import { announcer } from '../../../src/vip/linux/announce.ts';
import { until } from '../../lab/wait.ts';
import { type Capture, captureAtPeer, isAdvertisement, isArpReply, isArpRequest } from './capture.ts';
import { LINK, makePair, needs, type Pair, standIn, tempFolder } from '../lab.ts';
import { startAgent } from '../remote-agent.ts';
import { vipOf } from '../vip-of.ts';

const vip4 = vipOf('10.77.0.100/32', LINK);
const vip6 = vipOf('fd77::100/128', LINK);
const words = (capture: Capture) => () => `seen: ${capture.lines.join('\n')}`;

async function arrives(capture: Capture, what: string, is: (line: string) => boolean): Promise<void> {
  await until(what, 10_000, () => capture.lines.some(is), words(capture));
}

/** A PATH of only these programs, so that a test has exactly the tools it names. */
function pathOf(t: Parameters<typeof needs>[0], tools: Readonly<Record<string, string>>): string | undefined {
  if (
    !needs(
      t,
      Object.values(tools).map((command) => command.split(' ')[0] ?? ''),
    )
  )
    return undefined;
  const folder = tempFolder();
  for (const [name, command] of Object.entries({ ip: 'ip', sh: 'sh', ...tools }))
    standIn(folder, name, `PATH=${process.env['PATH']}; exec ${command} "$@"`);
  return folder;
}

const ways: readonly {
  name: string;
  method: AnnounceMethod;
  tools: Record<string, string>;
  reply: boolean;
}[] = [
  { name: 'iputils', method: 'auto', tools: { arping: 'arping', ndptool: 'ndptool' }, reply: true },
  {
    name: 'iputils, ordered',
    method: 'arping',
    tools: { arping: 'arping', ndptool: 'ndptool' },
    reply: true,
  },
  {
    name: 'BusyBox as arping',
    method: 'auto',
    tools: { arping: 'busybox arping', ndptool: 'ndptool' },
    reply: true,
  },
  {
    name: 'BusyBox as busybox',
    method: 'auto',
    tools: { busybox: 'busybox', ndptool: 'ndptool' },
    reply: true,
  },
  { name: 'no tool', method: 'auto', tools: {}, reply: false },
  { name: 'the same MAC', method: 'same-mac', tools: { arping: 'arping', ndptool: 'ndptool' }, reply: false },
];

for (const { name, method, tools, reply } of ways) {
  test(
    `announce by ${name} (${method}): the neighbour sees both families`,
    { timeout: 30_000 },
    async (t) => {
      const path = pathOf(t, tools);
      if (path === undefined || !needs(t, ['ip', 'tcpdump'])) return;
      const pair = makePair();
      const agent = startAgent({ namespace: pair.here, method, path });
      await agent.up([vip4, vip6], 60);
      const capture = await captureAtPeer(pair); // after `up`, which has the kernel announce IPv6 by itself
      await agent.announce([vip4, vip6]);
      await arrives(capture, 'a gratuitous ARP request', (line) => isArpRequest(line, vip4.address));
      if (reply) await arrives(capture, 'a gratuitous ARP reply', (line) => isArpReply(line, vip4.address));
      await arrives(capture, 'an unsolicited advertisement', (line) => isAdvertisement(line, vip6.address));
      assert.deepEqual(agent.problems, []);
    },
  );
}

test('announce: where the neighbour had the VIP, it has us now', { timeout: 30_000 }, async (t) => {
  if (!needs(t, ['ip', 'tcpdump', 'arping', 'ndptool'])) return;
  const pair = makePair();
  const old = '02:00:00:00:00:99';
  for (const address of [vip4.address, vip6.address])
    pair.peerIp('neigh', 'replace', address, 'lladdr', old, 'nud', 'stale', 'dev', LINK);
  const agent = startAgent({ namespace: pair.here, method: 'auto' });
  await agent.up([vip4, vip6], 60);
  await agent.announce([vip4, vip6]);
  const neighbours = () => pair.peerIp('neigh', 'show', 'dev', LINK);
  await until('both entries to change', 10_000, () => !neighbours().includes(old), neighbours);
});

test(
  'up alone: the kernel advertises an IPv6 VIP, and duplicate detection is back on after',
  { timeout: 30_000 },
  async (t) => {
    if (!needs(t, ['ip', 'tcpdump'])) return;
    const pair = makePair();
    const accept = `net.ipv6.conf.${LINK}.accept_dad`;
    pair.sysctl(accept, '2');
    const capture = await captureAtPeer(pair);
    const agent = startAgent({ namespace: pair.here, method: 'auto' });
    const others = [vip6, vipOf('fd77::101/128', LINK)];
    // Two groups at once: the first to end may not switch detection on under the other.
    await Promise.all(others.map((vip) => agent.up([vip], 60)));
    for (const vip of others)
      await arrives(capture, `an advertisement of ${vip.address}`, (line) =>
        isAdvertisement(line, vip.address),
      );
    assert.ok(
      !capture.lines.some(
        (line) => line.includes('neighbor solicitation') && /who has fd77::10[01]/.test(line),
      ),
    );
    assert.equal(pair.sysctl(accept), '2');
    await agent.renew(others, 60);
    assert.deepEqual(await agent.look(others), others);
  },
);

test(
  'up alone: with detection ordered for all interfaces the VIP is still usable at once',
  { timeout: 30_000 },
  async (t) => {
    if (!needs(t, ['ip', 'tcpdump'])) return;
    const pair = makePair();
    pair.sysctl('net.ipv6.conf.all.accept_dad', '1');
    const agent = startAgent({ namespace: pair.here, method: 'auto' });
    await agent.up([vip6], 60);
    assert.doesNotMatch(pair.ip('address', 'show', 'dev', LINK, 'to', vip6.address), /tentative/);
    assert.equal(pair.sysctl('net.ipv6.conf.all.accept_dad'), '1');
    // The advertisement is the announcement's part then.
    const capture = await captureAtPeer(pair);
    await agent.announce([vip6]);
    await arrives(capture, 'an advertisement', (line) => isAdvertisement(line, vip6.address));
  },
);

test('announce: method none says nothing', { timeout: 30_000 }, async (t) => {
  if (!needs(t, ['ip', 'tcpdump', 'arping'])) return;
  const pair = makePair();
  const agent = startAgent({ namespace: pair.here, method: 'none' });
  const capture = await captureAtPeer(pair);
  await agent.up([vip4, vip6], 60);
  await agent.announce([vip4, vip6]);
  await tellByHand(pair);
  await arrives(capture, 'the mark', (line) => isArpRequest(line, '10.77.0.1'));
  assert.ok(!capture.lines.some((line) => /10\.77\.0\.100|tgt is fd77::100/.test(line)));
});

test(
  'announce: more VIPs than processes are good for go out with one command',
  { timeout: 60_000 },
  async (t) => {
    if (!needs(t, ['ip', 'tcpdump', 'arping'])) return;
    const pair = makePair();
    const many = Array.from({ length: 200 }, (_, i) => vipOf(`10.77.1.${i + 1}/32`, LINK));
    const agent = startAgent({ namespace: pair.here, method: 'auto' });
    await agent.up(many, 60);
    const capture = await captureAtPeer(pair);
    await agent.announce(many);
    await until('all of them', 10_000, () =>
      many.every(({ address }) => capture.lines.some((line) => isArpRequest(line, address))),
    );
    assert.ok(!capture.lines.some((line) => isArpReply(line, '10.77.1.1')), 'no arping was run');
  },
);

test(
  'announce: without a tool and with read-only settings the operator is told, in each round',
  { timeout: 30_000 },
  async (t) => {
    const path = pathOf(t, {});
    if (path === undefined || !needs(t, ['ip', 'unshare', 'mount'])) return;
    const pair = makePair();
    const readOnly = [
      'unshare',
      '--mount',
      'sh',
      '-c',
      'mount -o bind,ro /proc/sys /proc/sys && exec "$@"',
      'sh',
    ];
    const agent = startAgent({ namespace: pair.here, method: 'auto', path, wrapper: readOnly });
    await agent.up([vip4, vip6], 60);
    assert.deepEqual(await agent.look([vip4, vip6]), [vip4, vip6]);
    for (const _ of [1, 2, 3]) await agent.announce([vip4, vip6]);
    await until('the reports', 10_000, () => agent.problems.length === 3);
    assert.equal(agent.problems[0]?.code, 'VIP_DENIED');
    assert.match(agent.problems[0]?.message ?? '', /arp_notify and net\.ipv6.*ndisc_notify/);
  },
);

// From here on without a network: a stand-in notes how it was called.

function standInAnnouncer({
  arping,
  method = 'auto',
  bySameMac = async () => true,
  clock = systemClock,
}: {
  arping?: string;
  method?: AnnounceMethod;
  bySameMac?: () => Promise<boolean>;
  clock?: Clock;
}) {
  const folder = tempFolder();
  const calls = join(folder, 'calls');
  appendFileSync(calls, '');
  if (arping !== undefined) standIn(folder, 'arping', `echo "$@" >> ${calls}\n${arping}`);
  const problems: OperatorError[] = [];
  const sameMac: string[] = [];
  const log = collectedLog();
  const inFolder = (file: string) => join(folder, file);
  const subject = announcer({
    spawn: { start: (file, args, events, how) => systemSpawn.start(inFolder(file), args, events, how) },
    exec: { run: (file, args, limit) => systemExec.run(inFolder(file), args, limit) },
    clock,
    log,
    method,
    async bySameMac(link, counts) {
      sameMac.push([link, ...counts.keys()].join(' '));
      return await bySameMac();
    },
    prepareSameMac: () => {},
    onProblem: (problem) => problems.push(problem),
  });
  return {
    subject,
    problems,
    sameMac,
    log,
    folder,
    calls: () => readFileSync(calls, 'utf8').split('\n').slice(0, -1),
  };
}

const HABETS = `case $1 in -V) echo "ARPing 2.23, by Thomas Habets <thomas@habets.se>" >&2; exit 1 ;; esac`;

test(
  "announce: Habets' arping ends with 1 because nobody answers, and that is no problem",
  { timeout: 20_000 },
  async () => {
    const { subject, problems, calls } = standInAnnouncer({ arping: `${HABETS}; exit 1` });
    subject.announce([vip4]);
    await until('three calls', 10_000, () => calls().length === 3);
    assert.deepEqual(calls(), [
      '-V',
      `-q -U -i ${LINK} -S 10.77.0.100 -c 1 -w 1 10.77.0.100`,
      `-q -U -P -i ${LINK} -S 10.77.0.100 -c 1 -w 1 10.77.0.100`,
    ]);
    assert.deepEqual(problems, []);
  },
);

test(
  'announce: a failure is told for each cause in every round, so that one that comes again is seen',
  { timeout: 20_000 },
  async () => {
    const script = `${HABETS}; case $* in *10.0.0.1*) echo "no such device" ;; *) echo "Operation not permitted" ;; esac >&2; exit 1`;
    const { subject, problems, calls } = standInAnnouncer({ arping: script });
    const vips = [vipOf('10.0.0.1/32', LINK), vipOf('10.0.0.2/32', LINK)];
    for (const round of [1, 2, 3]) {
      subject.announce(vips);
      await until(`round ${round}`, 10_000, () => calls().length === 1 + 4 * round);
    }
    await until('all reports', 10_000, () => problems.length === 12);
    const codes = problems.map(({ code }) => code);
    for (const code of ['VIP_DENIED', 'VIP_FAILED'])
      assert.equal(codes.filter((one) => one === code).length, 6, codes.join(' '));
  },
);

test('announce: nothing is sent for a VIP that has left', { timeout: 20_000 }, async () => {
  const { subject, calls } = standInAnnouncer({ arping: `${HABETS}; exit 1` });
  const stays = vipOf('10.0.0.1/32', LINK);
  const leaves = vipOf('10.0.0.2/32', LINK);
  subject.announce([leaves, stays]);
  subject.forget([leaves]); // as `down` does, while the round still waits to know which arping this is
  await until(
    'the other one',
    10_000,
    () => calls().filter((call) => call.endsWith('10.0.0.1')).length === 2,
  );
  assert.ok(!calls().some((call) => call.endsWith('10.0.0.2')));
});

const vipsOf = (count: number): Vip[] =>
  Array.from({ length: count }, (_, i) => vipOf(`10.0.${i >> 8}.${i & 255}/32`, LINK));
const refused = async (): Promise<boolean> => {
  throw new OperatorError('VIP_DENIED', 'arp_notify is 0 and cannot be written', { hint: '' });
};
const addressesOf = (calls: readonly string[], option: string) =>
  calls.filter((call) => call.startsWith(option)).map((call) => call.split(' ').at(-1));

test(
  'announce: one that lingers is ended when others wait for its place, and so many run at a time',
  { timeout: 60_000 },
  async () => {
    const script = `${HABETS}; echo $$ >> $0.pids; exec sleep 30`;
    const { subject, problems, calls, folder } = standInAnnouncer({ arping: script, bySameMac: refused });
    const running = () =>
      readFileSync(join(folder, 'arping.pids'), 'utf8')
        .split('\n')
        .filter((pid) => pid !== '' && existsSync(`/proc/${pid}`)).length;
    subject.announce(vipsOf(30));
    await until('the first', 10_000, () => calls().length > 1 && existsSync(join(folder, 'arping.pids')));
    let most = 0;
    await until('three times as many as may run', 40_000, () => {
      subject.announce(vipsOf(30)); // those for which there is no room are refused
      most = Math.max(most, running());
      return calls().length > 1 + 3 * 96;
    });
    assert.ok(most > 30 && most <= 96 + 1, `${most} at a time`);
    assert.deepEqual(problems, [], 'they are ended after their packet');
    subject.close();
    for (const pid of readFileSync(join(folder, 'arping.pids'), 'utf8').split('\n'))
      if (pid !== '' && existsSync(`/proc/${pid}`)) process.kill(Number(pid), 'SIGKILL');
  },
);

for (const { count, way, bySameMac, code } of [
  { count: 4, way: 'arping', bySameMac: refused, code: undefined },
  { count: 5, way: 'same-mac', bySameMac: async () => true, code: undefined },
  { count: 5, way: 'arping', bySameMac: refused, code: undefined },
  { count: 32, way: 'arping', bySameMac: refused, code: undefined },
  { count: 33, way: 'arping', bySameMac: refused, code: 'VIP_DENIED' },
] as const) {
  const circumstances = bySameMac === refused ? ', where the same MAC is refused' : '';
  test(`announce: ${count} VIPs go by ${way}${circumstances}`, { timeout: 30_000 }, async () => {
    // No time passes, so that none is too late on a busy machine.
    const lab = standInAnnouncer({ arping: `${HABETS}; exit 1`, bySameMac, clock: new ManualClock() });
    const vips = vipsOf(count);
    lab.subject.announce(vips);
    const tried = count > 4 ? [`${LINK} 4`] : [];
    if (way === 'same-mac') await until('the command', 10_000, () => lab.sameMac.length === 1);
    else await until('all packets', 20_000, () => lab.calls().length === 1 + 2 * count);
    assert.deepEqual(lab.sameMac, tried);
    assert.equal(lab.problems[0]?.code, code);
    if (way === 'same-mac') assert.deepEqual(lab.calls(), ['-V']);
    else
      assert.deepEqual(
        new Set(
          lab
            .calls()
            .slice(1)
            .map((call) => call.split(' ').at(-1)),
        ),
        new Set(vips.map(({ address }) => address)),
      );
  });
}

test(
  'announce: what was just added is told at once, and a moment later not again',
  { timeout: 20_000 },
  async () => {
    const clock = new ManualClock();
    const lab = standInAnnouncer({ arping: `${HABETS}; exit 1`, clock });
    lab.subject.prepare([]);
    await until('the tools', 10_000, () => lab.calls().length === 1);
    const rounds = async (count: number) => {
      lab.subject.announce(vipsOf(4));
      await until('a later round to be over', 10_000, () => lab.calls().length === 1 + 8 * count);
    };
    lab.subject.added(vipsOf(4));
    lab.subject.announce(vipsOf(4));
    await rounds(2);
    assert.deepEqual(lab.sameMac, [], 'a handful waits for its round');
    lab.subject.added(vipsOf(20));
    assert.equal(lab.sameMac.length, 1);
    lab.subject.announce(vipsOf(20));
    await rounds(3);
    assert.equal(lab.sameMac.length, 1);
    lab.subject.announce(vipsOf(21));
    await rounds(4);
    assert.equal(lab.sameMac.length, 2, 'one more than was told of');
    clock.goOn(60);
    lab.subject.announce(vipsOf(21));
    await rounds(5);
    assert.equal(lab.sameMac.length, 3);
  },
);

test('announce: what fails while they are added is left to the round', { timeout: 20_000 }, async () => {
  const lab = standInAnnouncer({ arping: `${HABETS}; exit 1`, bySameMac: refused, clock: new ManualClock() });
  lab.subject.prepare([]);
  await until('the tools to be known', 10_000, () => {
    lab.subject.added(vipsOf(40));
    return lab.sameMac.length > 0;
  });
  lab.subject.announce(vipsOf(40));
  await until('the report', 10_000, () => lab.problems.length > 0);
  assert.equal(lab.sameMac.length, 1, 'what came of it is known already');
  await until('all packets', 20_000, () => lab.calls().length === 81);
  assert.equal(lab.problems.length, 1);
});

test(
  'announce: where the same MAC has sent nothing, that is told, and the next round goes by arping',
  { timeout: 30_000 },
  async () => {
    const lab = standInAnnouncer({ arping: `${HABETS}; exit 1`, bySameMac: async () => false });
    const vips = vipsOf(10);
    lab.subject.announce(vips);
    await until('the report', 10_000, () => lab.problems.length === 1);
    assert.match(lab.problems[0]?.message ?? '', /announce 10 addresses, and has not sent/);
    assert.deepEqual(lab.calls(), ['-V']);
    lab.subject.announce(vips);
    await until('the packets', 10_000, () => lab.calls().length === 21);
    assert.equal(lab.sameMac.length, 1);
    // When they come here again, all is as at first.
    lab.subject.forget(vips);
    lab.subject.announce(vips);
    await until('another try', 10_000, () => lab.sameMac.length === 2);
  },
);

test(
  'announce: with too many for one round of processes, the next goes on where it ended',
  { timeout: 60_000 },
  async () => {
    const clock = new ManualClock();
    const lab = standInAnnouncer({ arping: `${HABETS}; exit 1`, bySameMac: refused, clock });
    const vips = vipsOf(300);
    const told = () => new Set(addressesOf(lab.calls(), '-q -U -i'));
    await until(
      'every VIP',
      50_000,
      () => {
        lab.subject.announce(vips);
        return told().size === vips.length;
      },
      () => `${told().size} were told in ${lab.problems.length} rounds`,
    );
    lab.subject.close();
  },
);

for (const [method, arping, code, sameMac] of [
  ['arping', undefined, 'TOOL_MISSING', []],
  ['auto', undefined, undefined, [`${LINK} 4`]],
  ['same-mac', `${HABETS}; exit 1`, undefined, [`${LINK} 4`]],
] as const) {
  test(
    `announce: method ${method} ${arping === undefined ? 'without' : 'with'} arping`,
    { timeout: 20_000 },
    async () => {
      const lab = standInAnnouncer({ ...(arping === undefined ? {} : { arping }), method });
      lab.subject.announce([vip4]);
      await until('an outcome', 10_000, () => lab.problems.length + lab.sameMac.length > 0);
      assert.deepEqual([lab.problems[0]?.code, lab.sameMac], [code, sameMac]);
    },
  );
}

test(
  'announce: one IPv6 VIP without ndptool leaves IPv4 to arping, and each way is said once',
  { timeout: 20_000 },
  async () => {
    const clock = new ManualClock();
    const arping = `${HABETS}; exit 1`;
    const { subject, problems, calls, sameMac, log } = standInAnnouncer({ arping, clock });
    for (const round of [1, 2]) {
      clock.goOn(60);
      subject.announce([vip4, vip6]);
      await until(
        `round ${round}`,
        10_000,
        () => calls().length === 1 + 2 * round && sameMac.length === round,
      );
    }
    assert.deepEqual(sameMac, [`${LINK} 6`, `${LINK} 6`]);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      log.lines.map(({ level, text }) => `${level} ${text}`),
      [
        `info IPv4 on ${LINK} is announced by arping (habets)`,
        `info IPv6 on ${LINK} is announced by same-mac`,
      ],
    );
    assert.deepEqual(
      subject.plan([vip4, vip6]).map((line) => line.split(' ')[0]),
      ['arping', 'arping', 'ip'],
    );
  },
);

test('announce: the plan names what would be run', () => {
  const { subject } = standInAnnouncer({});
  assert.deepEqual(subject.plan([vip4, vip6]), [
    `arping -q -U -c 1 -I ${LINK} 10.77.0.100`,
    `arping -q -A -c 1 -I ${LINK} 10.77.0.100`,
    `ndptool -t na -U -i ${LINK} -T fd77::100 send`,
  ]);
});

/** A packet of our own, after which everything sent before it has arrived. */
async function tellByHand(pair: Pair): Promise<void> {
  const args = ['netns', 'exec', pair.here, 'arping', '-q', '-U', '-c', '1', '-I', LINK, '10.77.0.1'];
  const ran = await systemExec.run('ip', args, { timeoutMs: 10_000 });
  assert.equal(ran.exitCode, 0, ran.stderr);
}
