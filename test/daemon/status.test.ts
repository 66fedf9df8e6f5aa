import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GroupPolicy, GroupState } from '../../src/core/group/state.ts';
import type { Link } from '../../src/core/peer/link.ts';
import type { GroupRecord } from '../../src/core/frame.ts';
import type { StatusReport } from '../../src/core/report.ts';
import { CONFIG_PARTS, type Settings } from '../../src/core/settings.ts';
import { after, type MonoMs } from '../../src/core/units.ts';
import { vipsOn } from '../../src/config/vips-on.ts';
import { statusReport, type StatusSources } from '../../src/daemon/status.ts';
import { identities, lines } from '../config/example-file.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { acquaint, benchOf, named, settingsWith, type Bench } from './two-nodes.ts';

interface Seen {
  readonly settings?: Settings;
  readonly group?: Partial<GroupState>;
  readonly peer?: (link: Link, bench: Bench, clock: ManualClock) => void;
  readonly record?: Partial<GroupRecord>;
  readonly sources?: Partial<StatusSources>;
  /** After all that. */
  readonly laterMs?: number;
}

/** lb1 holds the group since 2 s and hears lb2, which is a standby. */
function reported({
  settings = settingsWith(),
  group,
  peer,
  record,
  sources,
  laterMs = 0,
}: Seen = {}): StatusReport {
  const clock = new ManualClock();
  const lb1 = benchOf(settings, 'lb1', clock);
  const lb2 = benchOf(settings, 'lb2', clock);
  acquaint(lb1, lb2, clock);
  lb1.loop.stop();
  const link = lb1.node.links[0]!;
  const held: Partial<GroupState> = {
    role: 'active',
    has: true,
    cause: 'nobody holds it',
    since: after(clock.nowMs(), -2_000),
    renewedAt: after(clock.nowMs(), -300),
    epoch: 17,
    fault: undefined,
  };
  for (const { id } of settings.groups) {
    lb1.node.groups.set(id, { ...lb1.node.groups.get(id)!, ...held, ...group });
    const heard = link.groups.get(id)!;
    link.groups.set(id, {
      ...heard,
      record: { ...heard.record, role: 'standby', has: false, holder: 0, ...record },
    });
  }
  peer?.(link, lb1, clock);
  clock.goOn(laterMs);
  return statusReport({
    node: lb1.node,
    clock,
    version: '1.2.3',
    configPath: '/etc/sealbeat/sealbeat.yaml',
    configProblem: '',
    settings,
    counters: { 'frames sent': 7 },
    problems: [],
    vipsOf: (one) => vipsOn(one, named('lb1')),
    notesOf: () => [],
    lookOf: () => ({ at: after(clock.nowMs(), -250), isFound: () => true }),
    ...sources,
  });
}

test('status: a healthy holder, field by field, as JSON', () => {
  const settings = settingsWith();
  const report = reported({ settings, laterMs: 40 });
  const [peer] = report.peers;
  const [path] = peer!.paths;
  assert.ok(path!.sent > 0 && path!.received > 0);
  assert.deepEqual(JSON.parse(JSON.stringify(report)), {
    at: '2026-03-01T12:00:00.540Z',
    version: '1.2.3',
    node: 'lb1',
    cluster: 'mail',
    upForMs: 540,
    configPath: '/etc/sealbeat/sealbeat.yaml',
    configDigest: settings.digest,
    keyIds: [identities.lb1.public.id],
    configProblem: '',
    intervalMs: 250,
    timeoutMs: 3_000,
    leaseSeconds: 1,
    peers: [
      {
        name: 'lb2',
        state: 'alive',
        hearsUs: true,
        heardAgoMs: peer!.heardAgoMs,
        timeoutMs: 3_000,
        intervalMs: 250,
        sessions: 1,
        configDrift: false,
        configDiffers: [],
        knowsOurKey: 'newest',
        paths: [
          {
            url: 'udp://10.10.10.2:7112',
            up: true,
            rttMs: path!.rttMs,
            lossPercent: path!.lossPercent,
            sent: path!.sent,
            received: path!.received,
          },
        ],
        rejects: {},
      },
    ],
    groups: [
      {
        name: 'web',
        role: 'active',
        fault: '',
        why: 'nobody holds it',
        sinceMs: 2_040,
        has: true,
        priority: 101,
        basePriority: 101,
        epoch: 17,
        holder: 'lb1',
        holderKnown: 'self',
        heir: '',
        drained: false,
        frozen: false,
        sticky: false,
        renewedAgoMs: 340,
        vips: [
          { address: '10.10.10.42', prefixLength: 32, link: 'eth0', present: true, lookedAgoMs: 250 },
          { address: '2001:db8::42', prefixLength: 128, link: 'eth0', present: true, lookedAgoMs: 250 },
        ],
        adapter: 'auto',
        notes: [],
      },
    ],
    alarms: [],
    counters: { 'frames sent': 7, stalls: 0 },
  });
  assert.ok(peer!.heardAgoMs! >= 40 && peer!.heardAgoMs! <= 290);
  assert.ok(path!.rttMs! >= 0 && path!.rttMs! < 30);
  assert.ok(path!.lossPercent! >= 0 && path!.lossPercent! <= 100);
});

const who = (seen: Seen): string => {
  const [group] = reported(seen).groups;
  return `${group!.holder || 'nobody'} ${group!.holderKnown}`;
};
const standby = { role: 'standby', has: false } as const;

test('status: who holds the group, and how that is known', () => {
  assert.equal(who({}), 'lb1 self');
  assert.equal(who({ group: standby }), 'nobody nobody');
  assert.equal(who({ group: standby, record: { role: 'active', has: true } }), 'lb2 direct');
  assert.equal(who({ group: { role: 'releasing', overlapping: true, heir: 2 } }), 'lb1 self');
  assert.equal(who({ group: { role: 'releasing', overlapping: false, heir: 0 } }), 'nobody nobody');
});

test('status: a holder that announced a restart is away until it is back or late', () => {
  const away = (link: Link, _: Bench, clock: ManualClock): void => {
    link.alive = false;
    link.promise = { until: after(clock.nowMs(), 2_400) };
  };
  const seen = { group: standby, record: { role: 'active', has: true }, peer: away } as const;
  const [group] = reported(seen).groups;
  assert.deepEqual([group!.holder, group!.holderKnown, group!.backWithinMs], ['lb2', 'away', 2_400]);
  assert.equal(reported(seen).peers[0]!.awayForMs, 2_400);
  assert.equal(reported({ ...seen, laterMs: 2_399 }).groups[0]!.holderKnown, 'away');
  assert.equal(reported({ ...seen, laterMs: 2_400 }).groups[0]!.holderKnown, 'nobody');
  assert.equal(reported({ ...seen, laterMs: 2_400 }).peers[0]!.awayForMs, undefined);
});

test('status: a node that restarts says so', () => {
  const since = new ManualClock().nowMs();
  const peer = (_: Link, { node }: Bench): void =>
    void (node.leaving = { withinMs: 3_000, since, saidAt: undefined });
  assert.equal(reported({ peer }).restarting, true);
  assert.equal(reported().restarting, undefined);
});

/** After 500 ms of getting to know each other, in which nothing else happens. */
const NOW_MS = 500;
const moment = (ms: number): MonoMs => (NOW_MS + ms) as MonoMs;
const locks = (timing: Partial<GroupPolicy['asks']>): NonNullable<Seen['peer']> =>
  function asks(_, { node }) {
    const [web] = node.policy.groups;
    const policy = { ...web!.policy, asks: { ...web!.policy.asks, ...timing } };
    node.policy = { ...node.policy, groups: [{ ...web!, policy }] };
  };
const lock = { ttlMs: 9_000, timeoutMs: 1_000 };
const answer = (outcome: 'yes' | 'no', text: string) => ({ outcome, text, askedAt: moment(-300) });

test('status: what the witness and the arbiter said, with the age of each word', () => {
  const group: Partial<GroupState> = {
    answers: { witness: answer('yes', 'connected'), lock: answer('yes', 'the lock is ours') },
    lockedUntil: moment(8_700),
    asking: { since: moment(-400) },
    asked: { confirm: { id: 3, at: moment(-400) } },
  };
  const peer = locks({ lock, confirm: { ifAlive: 'take', timeoutMs: 1_000 } });
  const [web] = reported({ group, peer }).groups;
  assert.deepEqual(web!.witness, { answers: true, text: 'connected', agoMs: 300 });
  assert.deepEqual(web!.lock, { leftMs: 8_700, problem: '', agoMs: 300 });
  assert.deepEqual(web!.asking, { questions: ['confirm'], sinceMs: 400 });
  const [plain] = reported().groups;
  assert.deepEqual([plain!.witness, plain!.lock, plain!.asking], [undefined, undefined, undefined]);
});

const lockAlarms = (leftMs: number): readonly string[] => {
  const group = { lockedUntil: moment(leftMs), answers: { lock: answer('no', 'lb2 has the lock') } };
  return reported({ group, peer: locks({ lock }) }).alarms;
};
test('status: a lock that was not renewed for a third of its time and the moment that asking takes is an alarm', () => {
  assert.deepEqual(lockAlarms(5_000), []);
  assert.deepEqual(lockAlarms(4_999), [
    'web: the lock was not renewed for 4.0 s; it runs for another 5.0 s: lb2 has the lock',
  ]);
  assert.deepEqual(lockAlarms(0), ["web is held without the arbiter's lock: lb2 has the lock"]);
});

test('status: an old no of the witness says nothing while everybody is heard', () => {
  const group = { answers: { witness: answer('no', 'no answer in 1 s') } };
  assert.deepEqual(reported({ group }).alarms, []);
});

test('status: a third node is known by what another says of it', () => {
  const lb3 = `  lb3:\n    key: ${lines.lb3}\n    paths: [udp://10.10.10.3:7112]`;
  const settings = settingsWith(['groups:', `${lb3}\ngroups:`]);
  const record = { holder: 3, holderRole: 'active', holderPriority: 50 } as const;
  assert.equal(who({ settings, group: standby, record }), 'lb3 second-hand');
});

test('status: flags, heir and priorities are told as they are', () => {
  const [group] = reported({
    group: { role: 'releasing', overlapping: true, heir: 2, drained: true, frozen: true, sticky: true },
  }).groups;
  assert.equal(group!.heir, 'lb2');
  assert.deepEqual([group!.drained, group!.frozen, group!.sticky], [true, true, true]);
  assert.deepEqual([group!.priority, group!.basePriority], [0, 101]);
});

test('status: what is not held has no renewal', () => {
  const [group] = reported({ group: { ...standby, epochSeen: 99 } }).groups;
  assert.equal(group!.renewedAgoMs, undefined);
  assert.equal(group!.epoch, 99);
});

for (const [role, group] of [
  ['holder', {}],
  ['standby', standby],
] as const) {
  test(`status: which VIPs of a ${role} are present is what the last look found, whatever is believed`, () => {
    const seen = (lookOf: StatusSources['lookOf']) =>
      reported({ group, sources: { lookOf } }).groups[0]!.vips.map((vip) => [vip.present, vip.lookedAgoMs]);
    const at = new ManualClock().nowMs();
    const [[first, agoMs] = [], [second] = []] = seen(() => ({ at, isFound: ({ family }) => family === 6 }));
    assert.deepEqual([first, second], [false, true]);
    assert.ok(agoMs !== undefined && (agoMs as number) > 0);
    const never = [false, undefined];
    assert.deepEqual(
      seen(() => undefined),
      [never, never],
    );
  });
}

const silent = (link: Link): void => void (link.alive = false);
const overdue = 3_500;

const alarms: readonly (readonly [name: string, seen: Seen, alarm: string])[] = [
  [
    'a config file that was refused',
    { sources: { configProblem: 'sealbeat.yaml:3:1: no' } },
    'the config file was refused, the old one is in force: sealbeat.yaml:3:1: no',
  ],
  ['what adapters complain of', { sources: { problems: ['arping is missing'] } }, 'arping is missing'],
  ['a silent peer', { peer: silent }, 'lb2 is silent'],
  [
    'a peer that is away for a restart',
    {
      peer(link, _, clock) {
        link.alive = false;
        link.promise = { until: after(clock.nowMs(), 2_400) };
      },
    },
    'lb2 restarts: it is waited for another 2.4 s',
  ],
  [
    'a witness that does not answer while somebody is silent',
    { peer: silent, group: { answers: { witness: answer('no', 'no answer in 1 s') } } },
    'web: the witness does not answer: no answer in 1 s',
  ],
  [
    'a peer that does not hear us',
    { peer: (link) => (link.ackedTx = undefined) },
    'lb2 is heard but does not hear me: one-way cut or firewall?',
  ],
  [
    'a peer with another config',
    { peer: (link) => (link.digest = 'ffffffffffffffff') },
    'lb2 runs with another config',
  ],
  [
    'a peer that has said what in its config differs',
    {
      settings: settingsWith(),
      peer: (link) => {
        link.digest = 'ffffffffffffffff';
        const ours = settingsWith().partDigests;
        link.configParts = CONFIG_PARTS.map((part) =>
          part === 'timing' || part === 'keys' ? 'ffffffff' : ours[part],
        );
      },
    },
    'lb2 runs with another config: other timing, keys',
  ],
  [
    'a slow peer',
    { peer: (link) => (link.intervalMs = 4_000) },
    'lb2 beats so slowly that it is given 10000 ms instead of 3000 ms',
  ],
  [
    'an identity that two agents use',
    {
      peer: (link, _, clock) => {
        for (let count = 0; count < 3; count += 1) link.openedAt.push(clock.nowMs());
      },
    },
    'lb2 changed its session three times in a short while: do two agents use its identity?',
  ],
  [
    'a fault',
    {
      group: {
        ...standby,
        fault: { text: 'eth0: no such interface', until: after(new ManualClock().nowMs(), 9_999) },
      },
    },
    'web: eth0: no such interface',
  ],
  ['a group that nobody holds', { group: standby }, 'web: nobody is known to hold it'],
  [
    'a frozen group',
    { group: { frozen: true } },
    'web is frozen: if its holder dies, nobody serves until "sealbeat thaw"',
  ],
  [
    'a group that has moved to and fro',
    { group: { moves: Array.from({ length: 6 }, () => after(new ManualClock().nowMs(), -1_500)) } },
    'web: it has moved 6 times within 10 min, so for another 598 s it does not fail back',
  ],
  [
    'a group that has moved to and fro even so',
    { group: { moves: Array.from({ length: 12 }, () => after(new ManualClock().nowMs(), -1_500)) } },
    'web: it has moved 12 times within 10 min, so for another 598 s it stays where it is, whatever checks say',
  ],
  [
    'a lease that is longer than the timeout allows',
    { settings: settingsWith(['timeout: 3s', 'timeout: 2s']) },
    'timeout is shorter than lease + 1.2 s: a frozen holder and its successor may overlap for 0.2 s',
  ],
  [
    'a holder whose interfaces receive nothing',
    { laterMs: 60_000 },
    "nothing is received on the VIPs' interfaces",
  ],
];
for (const [name, seen, alarm] of alarms) {
  test(`status: alarm: ${name}`, () => {
    const { alarms: found } = reported(seen);
    assert.ok(found.includes(alarm), found.join('\n'));
    assert.ok(!reported().alarms.includes(alarm), 'and not in peace');
  });
}

test('status: a standby that hears nothing says so once, as its fault', () => {
  const { alarms: found, groups } = reported({ group: standby, laterMs: 60_000 });
  assert.match(groups[0]!.fault, /^deaf: /);
  assert.equal(found.filter((alarm) => /nothing is received/.test(alarm)).length, 1);
});

test('status: at exactly lease + 1.2 s there is no overlap to speak of', () => {
  const settings = settingsWith(['timeout: 3s', 'timeout: 2200ms'], ['interval: 250ms', 'interval: 100ms']);
  assert.deepEqual(reported({ settings }).alarms, []);
});

test('status: without a lease nothing is said of its length', () => {
  const settings = settingsWith(['lease: 1s', 'lease: off'], ['timeout: 3s', 'timeout: 2s']);
  assert.ok(!reported({ settings }).alarms.some((alarm) => alarm.includes('lease')));
});

test('status: a peer is alive, then suspect, then silent', () => {
  assert.equal(reported().peers[0]!.state, 'alive');
  assert.equal(reported({ laterMs: overdue - 1_000 }).peers[0]!.state, 'suspect');
  assert.equal(reported({ peer: silent }).peers[0]!.state, 'silent');
});

const upOf = (seen: Seen): readonly (readonly [url: string, up: boolean])[] =>
  reported(seen).peers[0]!.paths.map(({ url, up }) => [url, up]);
const twoOfTheirs = settingsWith([
  '[udp://10.10.10.2:7112]',
  '[udp://10.10.10.2:7112, udp://10.10.11.2:7112]',
]);

test('status: a path over which nothing came for a timeout is down, the peer may still be alive', () => {
  const heardMsAgo =
    (ms: number): NonNullable<Seen['peer']> =>
    (link, _, clock) =>
      void (link.paths[1]!.heardAt = after(clock.nowMs(), -ms));
  for (const [ms, up] of [
    [2_999, true],
    [3_000, false],
  ] as const) {
    const seen = upOf({ settings: twoOfTheirs, peer: heardMsAgo(ms) });
    assert.deepEqual(seen, [
      ['udp://10.10.10.2:7112', true],
      ['udp://10.10.11.2:7112', up],
    ]);
  }
});

test('status: a path to which the peer has no counterpart is up while what goes out there is acknowledged', () => {
  const unacked = (ms: number | undefined): Seen => ({
    settings: twoOfTheirs,
    peer: (link, _, clock) =>
      void (link.paths[1]!.unackedSince = ms === undefined ? undefined : after(clock.nowMs(), -ms)),
  });
  assert.equal(upOf(unacked(undefined))[1]![1], true);
  assert.equal(upOf(unacked(2_999))[1]![1], true);
  assert.equal(upOf(unacked(3_000))[1]![1], false);
});

test('status: a way on which the peer dials us is shown beside its own paths, and is up while it is heard there', () => {
  const settings = settingsWith([
    '[udp://10.10.10.1:7112]',
    '[udp://10.10.10.1:7112, tcp://10.10.10.1:7112]',
  ]);
  const dialled = 'tcp://10.10.10.1:7112 (dialled by lb2)';
  assert.deepEqual(upOf({ settings }), [
    ['udp://10.10.10.2:7112', true],
    [dialled, false],
  ]);
  const heard: NonNullable<Seen['peer']> = (link, _, clock) => {
    Object.assign(link.paths[1]!, { ready: true, heardAt: clock.nowMs() });
  };
  assert.deepEqual(upOf({ settings, peer: heard })[1], [dialled, true]);
});

test('status: a path that is down is an alarm only while another is up and the peer was not just found', () => {
  const alarmsWith = (sinceMs: number, bothDown = false): readonly string[] =>
    reported({
      settings: twoOfTheirs,
      peer(link, _, clock) {
        const old = after(clock.nowMs(), -3_000);
        link.heardSince = after(clock.nowMs(), -sinceMs);
        link.paths[1]!.heardAt = old;
        if (bothDown) link.paths[0]!.heardAt = old;
      },
    }).alarms;
  assert.deepEqual(alarmsWith(3_000), ['lb2: path udp://10.10.11.2:7112 is down, 1 of 2 paths left']);
  assert.deepEqual(alarmsWith(2_999), []);
  assert.deepEqual(alarmsWith(3_000, true), []);
});

test('status: refused frames are told with the peer in whose name they came', () => {
  const { peers } = reported({ peer: (link) => void link.rejects.set('replay', 3) });
  assert.deepEqual(peers[0]!.rejects, { replay: 3 });
});

test('status: reads only', () => {
  const settings = settingsWith();
  const clock = new ManualClock();
  const lb1 = benchOf(settings, 'lb1', clock);
  acquaint(lb1, benchOf(settings, 'lb2', clock), clock);
  const before = JSON.stringify([
    lb1.node.policy,
    [...lb1.node.groups],
    lb1.node.said,
    lb1.node.links[0]!.deadline,
  ]);
  statusReport({
    ...{ node: lb1.node, clock, settings, version: '', configPath: '', configProblem: '' },
    ...{ counters: {}, problems: [], vipsOf: () => [], lookOf: () => undefined, notesOf: () => [] },
  });
  const now = JSON.stringify([
    lb1.node.policy,
    [...lb1.node.groups],
    lb1.node.said,
    lb1.node.links[0]!.deadline,
  ]);
  assert.equal(now, before);
});

for (const [name, namedOurKey, knowsOurKey] of [
  ['the newest', identities.lb3.public.id, 'newest'],
  ['the older one', identities.lb1.public.id, 'older'],
  ['one that we do not have', identities.lb2.public.id, 'unknown'],
  ['none yet', undefined, 'unknown'],
] as const) {
  test(`status: of our two keys the peer named ${name}`, () => {
    const settings = settingsWith([`key: ${lines.lb1}`, `keys: [${lines.lb3}, ${lines.lb1}]`]);
    const report = reported({ settings, peer: (link) => (link.namedOurKey = namedOurKey) });
    assert.deepEqual(report.keyIds, [identities.lb3.public.id, identities.lb1.public.id]);
    assert.equal(report.peers[0]?.knowsOurKey, knowsOurKey);
  });
}
