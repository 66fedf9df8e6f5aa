// The command on fakes: consent, what is said before, the table, and what the exit code says.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { drill, type DrillOptions, type DrillPorts } from '../../src/cli/commands/drill.ts';
import { startAsker } from '../../src/cli/drill/asker.ts';
import { silenceIn } from '../../src/cli/drill/silence.ts';
import { startControlServer } from '../../src/control/server.ts';
import type { DrillMove, DrillPlan, DrillReport } from '../../src/core/drill-report.ts';
import { OperatorError } from '../../src/core/errors.ts';
import type { GroupName, NodeName } from '../../src/core/units.ts';
import { systemClock } from '../../src/system/clock.ts';
import { fakeHost, type FakeHostOptions } from '../fakes/cli-host.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { fakePort } from '../fakes/control-port.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const [web, mail] = ['web', 'mail'] as unknown as readonly [GroupName, GroupName];
const [lb1, lb2] = ['lb1', 'lb2'] as unknown as readonly [NodeName, NodeName];

const plan: DrillPlan = {
  ...{ group: web, node: lb1, heir: lb2, groups: [{ group: web, heir: lb2 }], deadMsMax: 6_625 },
  failover: {
    ms: 3_750,
    terms: [
      { text: 'timeout: silence until it counts as dead', ms: 3_000 },
      { text: 'one interval: words under way, timers', ms: 250 },
      { text: 'adapter: bring up and announce', ms: 500 },
    ],
  },
  back: { ms: 0, terms: [] },
  ...{ addresses: [], whyNoAddresses: 'the addresses are simulated', warnings: [] },
};
const move: DrillMove = {
  ...{ group: web, offMs: 12, missedMs: 3_004, claimedMs: 3_005, activeMs: 3_020, gapMs: 3_020, taker: lb2 },
  ...{ askedBackMs: 3_100, backMs: 3_140, backGapMs: 0 },
};
const passed: DrillReport = {
  ...{ at: '2026-03-01T12:00:00.250Z', plan, planned: false, stays: false, phase: 'over', elapsedMs: 3_200 },
  ...{ aliveMs: 3_020, moves: [move], passed: true, failure: '', holder: lb1 },
};

async function ran(
  t: TestContext,
  {
    host: hostOptions = {},
    options = {},
    drilled = { plan, refusal: undefined, last: passed },
    ports = { clock: systemClock, prober: { ask: () => assert.fail('nothing is asked') } },
    endsAfterMs,
  }: {
    host?: FakeHostOptions;
    options?: Partial<DrillOptions>;
    drilled?: ReturnType<typeof fakePort>['drilled'];
    ports?: DrillPorts;
    /** After the order: the daemon is gone. */
    endsAfterMs?: number;
  },
) {
  const directory = mkdtempSync(join(tmpdir(), 'sealbeat-drill-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const control = join(directory, 'control.sock');
  const port = fakePort();
  port.report = { ...port.report, groups: port.report.groups.map((group) => ({ ...group, name: web })) };
  port.drilled = drilled;
  const server = await startControlServer({ path: control, group: '' }, { port, log: collectedLog() });
  t.after(() => server.close());
  if (endsAfterMs !== undefined)
    port.answer = () => {
      setTimeout(() => void server.close(), endsAfterMs);
      return Promise.resolve({ ok: true, text: 'begun' });
    };
  const host = fakeHost({ platform: 'freebsd', ...hostOptions });
  const error = await drill(host, 'web', { control, ...options }, ports).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error !== undefined && !(error instanceof OperatorError)) throw error;
  return { host, port, error, out: host.outs.join('\n'), err: host.errs.join('\n') };
}

for (const answer of ['web', 'yes', ' web ']) {
  test(`drill: begins when the person at the terminal types "${answer}"`, async (t) => {
    const { host, port, error } = await ran(t, { host: { answers: [answer] } });
    assert.equal(error, undefined);
    assert.deepEqual(host.asked, ['type web or yes to begin: ']);
    assert.deepEqual(port.commands, [{ kind: 'drill', group: 'web', stay: false, planned: false }]);
  });
}

for (const answer of ['', 'no', 'mail', 'y']) {
  test(`drill: does not begin on "${answer}"`, async (t) => {
    const { port, error } = await ran(t, { host: { answers: [answer] } });
    assert.equal(error?.code, 'REFUSED');
    assert.deepEqual(port.commands, []);
  });
}

test('drill: no terminal and no --yes is a mistake in usage, and nothing begins', async (t) => {
  const { port, error } = await ran(t, {});
  assert.equal(error?.code, 'USAGE');
  assert.equal(error.hint, 'if it shall begin all the same: sealbeat drill web --yes');
  assert.deepEqual(port.commands, []);
});

test('drill: what will happen is said before anybody is asked', async (t) => {
  const groups = [...plan.groups, { group: mail, heir: '' as const }];
  const warnings = ['nobody can take over mail'];
  const { err } = await ran(t, {
    host: { answers: ['no'] },
    drilled: { plan: { ...plan, groups, warnings }, refusal: undefined, last: undefined },
  });
  assert.match(err, /lb1 plays dead/);
  assert.match(err, /web goes to lb2, then it comes back to lb1; clients lose replies for up to 3\.8 s/);
  assert.match(err, /a dead node is dead for all its groups: mail goes, too/);
  assert.match(err, /lb1 is back after 6\.6 s/);
  assert.match(err, /nobody can take over mail/);
  assert.match(err, /no client is asked: the addresses are simulated/);
});

test('drill: a refusal is said with its reason, and nobody is asked for consent', async (t) => {
  const refusal = { message: 'web is frozen', hint: '"sealbeat thaw web" first' };
  const { host, error } = await ran(t, {
    host: { answers: ['yes'] },
    drilled: { plan: undefined, refusal, last: undefined },
  });
  assert.deepEqual([error?.code, error?.message, error?.hint], ['REFUSED', ...Object.values(refusal)]);
  assert.deepEqual(host.asked, []);
});

test('drill: the table', async (t) => {
  const { out } = await ran(t, { options: { yes: true } });
  assert.equal(
    out,
    `drill of web: lb1 → lb2 → lb1

                                              promised  measured
failover of web: nobody has it for             ≤ 3.8 s     3.0 s  pass
  lb1 has no address any more at                           12 ms
  lb2 misses lb1 at                                        3.0 s
  lb2 claims at                                            3.0 s
  lb2 is heard to hold it at                               3.0 s
return of web: nobody has it for                  none      none  pass
  asked for at                                             3.1 s
  lb1 holds it at                                          3.1 s

promised: 3.0 s timeout: silence until it counts as dead +
  250 ms one interval: words under way, timers +
  500 ms adapter: bring up and announce

PASS`,
  );
});

test('drill: a promise that was not kept ends with 1, and says who has it', async (t) => {
  const failure = 'nobody took over in time';
  const failed: DrillReport = {
    ...{ ...passed, passed: false, failure },
    moves: [{ ...move, taker: '', claimedMs: undefined, activeMs: undefined, gapMs: undefined }],
  };
  const { out, error } = await ran(t, {
    options: { yes: true },
    drilled: { plan, refusal: undefined, last: failed },
  });
  assert.match(out, /≤ 3\.8 s +never  FAIL/);
  assert.match(out, /^FAIL: nobody took over in time$/m);
  assert.equal(error?.code, 'DRILL_FAILED');
  assert.equal(error.message, 'the drill failed: nobody took over in time; lb1 holds web');
});

test('drill: columns stay below each other when an address needs more room', async (t) => {
  const address = '2001:db8:1234:5678:9abc:def0:1234:5678';
  const prober = { ask: () => Promise.resolve({ answered: true, text: '' }) };
  const { out } = await ran(t, {
    options: { yes: true },
    drilled: { plan: { ...plan, addresses: [address] }, refusal: undefined, last: passed },
    ports: { clock: systemClock, prober },
  });
  const table = out.split('\n').slice(2, 13);
  const ends = table.map((line) => line.replace(/ {2}(pass|FAIL)$/, '').length);
  assert.deepEqual(new Set(ends), new Set([ends[0]]), out);
  assert.match(out, /^ {2}2001:\S+: no answer for +\S/m);
});

test('drill: a daemon that ends in the middle is said to have ended', async (t) => {
  const { error } = await ran(t, {
    options: { yes: true },
    drilled: { plan, refusal: undefined, last: { ...passed, phase: 'dead' } },
    endsAfterMs: 150,
  });
  assert.equal(error?.code, 'DRILL_FAILED');
  assert.match(error.message, /ended in the middle of the drill/);
});

test('drill --json: one line for programs, and the talk elsewhere', async (t) => {
  const { out, host } = await ran(t, { options: { yes: true, json: true, stay: true } });
  assert.equal(host.outs.length, 1);
  const printed = JSON.parse(out) as { passed: boolean; report: DrillReport };
  assert.deepEqual([printed.passed, printed.report.moves[0]?.taker], [true, 'lb2']);
});

test('drill: an address that stays silent though a node says that it holds it fails', async (t) => {
  const prober = { ask: () => Promise.resolve({ answered: asked++ < 2, text: '' }) };
  let asked = 0;
  const { error, out } = await ran(t, {
    options: { yes: true },
    drilled: { plan: { ...plan, addresses: ['10.0.0.9'] }, refusal: undefined, last: passed },
    ports: { clock: systemClock, prober },
  });
  assert.equal(error?.code, 'DRILL_FAILED');
  assert.match(out, /10\.0\.0\.9: no answer for +to the end/);
});

test('drill: an address that never answered is not judged', async (t) => {
  const { error, err } = await ran(t, {
    options: { yes: true },
    drilled: { plan: { ...plan, addresses: ['10.0.0.9'] }, refusal: undefined, last: passed },
    ports: { clock: systemClock, prober: { ask: () => Promise.resolve({ answered: false, text: '' }) } },
  });
  assert.equal(error, undefined);
  assert.match(err, /10\.0\.0\.9 was not measured/);
});

test('drill: a name that is none does not reach the daemon', async () => {
  await assert.rejects(drill(fakeHost(), '../x', { control: '/nowhere' }), /is not the name of a group/);
});

test('drill: questions come in a fast row, and never more than fit their time at once', () => {
  const clock = new ManualClock();
  let begun = 0;
  const prober = { ask: () => new Promise<never>(() => void (begun += 1)) };
  const asker = startAsker(['10.0.0.9'], { clock, prober });
  clock.goOn(500);
  assert.equal(begun, 11);
  clock.goOn(10_000);
  assert.equal(begun, 22);
  asker.stop();
});

const answersAt = (...moments: readonly number[]) =>
  moments.map((at) => ({ askedAt: at - 1, answeredAt: at }));
for (const { name, answers, ms } of [
  { name: 'the longest pause within', answers: [0, 50, 100, 3_100, 3_150], ms: 3_000 },
  { name: 'one that began before the time', answers: [-50, 900, 950, 1_800, 2_600, 3_500, 3_990], ms: 950 },
  { name: 'what was before does not count', answers: [-9_000, -50, 0, 50, 4_000], ms: 3_950 },
  { name: 'one that lasts to the end', answers: [0, 50], ms: undefined },
  { name: 'no answer at all', answers: [], ms: undefined },
]) {
  test(`drill, silence: ${name}`, () => {
    assert.equal(silenceIn(answersAt(...answers), { from: 0, to: 4_000 }).ms, ms);
  });
}
