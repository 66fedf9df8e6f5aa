import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { check, type CheckOptions } from '../../src/cli/commands/check.ts';
import { main } from '../../src/cli/main.ts';
import type { PlanFor } from '../../src/cli/plan.ts';
import type { HostInterfaces } from '../../src/config/host-rules.ts';
import { formatKeyFile } from '../../src/keys/keyfile.ts';
import { identities, lines, pair, pairWith } from '../config/example-file.ts';
import { fakeHost } from '../fakes/cli-host.ts';

const here: HostInterfaces = new Map([
  [
    'eth0',
    [
      { address: '10.10.10.1', prefixLength: 24 },
      { address: '2001:db8::1', prefixLength: 64 },
    ],
  ],
]);

async function cluster(
  t: TestContext,
  { text = pair, own = identities.lb1, interfaces = here, platform = 'linux' as NodeJS.Platform } = {},
) {
  const directory = await mkdtemp(join(tmpdir(), 'sealbeat-check-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const config = join(directory, 'sealbeat.yaml');
  const identity = join(directory, 'identity');
  await writeFile(config, text);
  await writeFile(identity, formatKeyFile([own]), { mode: 0o600 });
  const host = fakeHost({ interfaces, platform });
  const run = async (...flags: readonly string[]) => {
    const exitCode = await main(['check', '-c', config, ...flags], host);
    return { exitCode, out: host.outs.join('\n'), err: host.errs.join('\n') };
  };
  return { config, identity, host, run };
}

test('check: a good file on its node: what it is, who this is, what the timing gives', async (t) => {
  const { config, identity, run } = await cluster(t);
  const ran = await run('--identity', identity);
  assert.deepEqual([ran.exitCode, ran.err], [0, '']);
  assert.match(
    ran.out,
    /^\S+ is good: cluster mail, 2 nodes, 1 group, 2 addresses\nthis node: lb1\ntiming: interval 250 ms, timeout 3000 ms, lease 1 s; 3 heartbeats may be lost just before a crash, and no two nodes hold an address after it\ndigest: [0-9a-f]{16}$/,
  );
  assert.ok(ran.out.startsWith(config));
});

test('check: every mistake with its place, nothing on stdout, exit code 1', async (t) => {
  const { config, run } = await cluster(t, { text: pairWith(['250ms', '250'], ['vips', 'vpis']) });
  const ran = await run('--as', 'lb1');
  assert.deepEqual([ran.exitCode, ran.out], [1, '']);
  const lines_ = ran.err.split('\n');
  assert.equal(
    lines_[0],
    `sealbeat: error: ${config}:3:13: heartbeat.interval: 250 has no unit; write 250ms, or 250s for seconds`,
  );
  assert.equal(
    lines_[2],
    `sealbeat: error: ${config}:17:5: groups.web.vpis: is not a key here; did you mean "vips"?`,
  );
  assert.equal(lines_[3], `sealbeat: error: ${config} is not good: 3 problems`);
});

test('check: a warning is no error, but is one with --strict', async (t) => {
  const { config, run } = await cluster(t, { text: pairWith(['timeout: 3s', 'timeout: 2s']) });
  const lax = await run('--as', 'lb2');
  assert.equal(lax.exitCode, 0);
  assert.ok(
    lax.err.startsWith(`sealbeat: warning: ${config}:4:12: heartbeat.timeout: 2s is shorter than the lease`),
  );
  assert.match(lax.out, /two nodes may hold an address after a freeze/);
  const strict = await run('--as', 'lb2', '--strict');
  assert.equal(strict.exitCode, 1);
  assert.match(strict.err, /sealbeat: error: \S+:4:12: /);
});

test('check: on a node it looks at the interfaces of the host, elsewhere it does not', async (t) => {
  const { identity, run } = await cluster(t, { interfaces: new Map() });
  const onNode = await run('--identity', identity);
  assert.equal(onNode.exitCode, 0);
  assert.match(
    onNode.err,
    /sealbeat: warning: \S+:17:12: groups.web.vips\[0\]: eth0 is not up with an address on this host/,
  );
  const elsewhere = await cluster(t, { interfaces: new Map() });
  assert.equal((await elsewhere.run('--as', 'lb1')).err, '');
});

test('check: an identity that the config does not have is told the command', async (t) => {
  const { identity, run } = await cluster(t, { own: identities.lb3 });
  const ran = await run('--identity', identity);
  assert.equal(ran.exitCode, 1);
  assert.ok(ran.err.includes(`sealbeat key trust NODE ${lines.lb3}`));
});

test('check: an identity that the daemon would refuse is an error', async (t) => {
  const { identity, run } = await cluster(t);
  await chmod(identity, 0o644);
  const ran = await run('--identity', identity);
  assert.equal(ran.exitCode, 1);
  assert.match(ran.err, /is open to others \(mode 0644\)/);
});

test('check: a named identity must be there', async (t) => {
  const { identity, run } = await cluster(t);
  const ran = await run('--identity', `${identity}-nowhere`);
  assert.equal(ran.exitCode, 1);
  assert.match(ran.err, /identity-nowhere does not exist/);
});

test('check: --as an unknown node', async (t) => {
  const ran = await (await cluster(t)).run('--as', 'lb11');
  assert.equal(ran.exitCode, 2);
  assert.match(ran.err, /--as lb11: the config has no such node\nsealbeat: hint: did you mean lb1\?/);
});

test('check --json: everything for a program, also when the file is bad', async (t) => {
  const good = await (await cluster(t)).run('--as', 'lb1', '--json');
  const { digest, config: _, ...rest } = JSON.parse(good.out) as Record<string, unknown>;
  assert.match(String(digest), /^[0-9a-f]{16}$/);
  assert.deepEqual(rest, { ok: true, node: 'lb1', lostBeatsCovered: 3, identityProblem: null, problems: [] });
  const bad = await (await cluster(t, { text: pairWith(['250ms', '250']) })).run('--as', 'lb1', '--json');
  assert.equal(bad.exitCode, 1);
  const { ok, problems } = JSON.parse(bad.out) as { ok: boolean; problems: unknown };
  assert.equal(ok, false);
  assert.deepEqual(problems, [
    {
      severity: 'error',
      line: 3,
      column: 13,
      text: 'heartbeat.interval: 250 has no unit; write 250ms, or 250s for seconds',
    },
  ]);
});

test('check --plan: the commands of this node, group by group', async (t) => {
  const { config, host } = await cluster(t, { text: pairWith(['eth0', '{ lb1: eth0 }']) });
  const plans: string[] = [];
  const planFor: PlanFor = (settings, node) => {
    plans.push(node);
    return Promise.resolve(
      settings.groups.map(({ name }) => ({ group: name, up: ['up 1', 'up 2'], down: ['down 1'] })),
    );
  };
  const options: CheckOptions = { config, as: 'lb1', plan: true };
  await check(host, options, planFor);
  assert.deepEqual(plans, ['lb1']);
  assert.deepEqual(host.outs.slice(-5), ['group web: up', '  up 1', '  up 2', 'group web: down', '  down 1']);
});

test('check --plan: the real adapter shows its commands and runs none of them', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'sealbeat-plan-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const { run } = await cluster(t, { text: pairWith(['eth0', `${directory}\n    adapter: simulated`]) });
  const ran = await run('--as', 'lb2', '--plan');
  assert.equal(ran.exitCode, 0, ran.err);
  const plan = ran.out.split('group web: up\n')[1] ?? '';
  assert.ok(plan.includes('10.10.10.42') && plan.includes('group web: down'), ran.out);
});

test('check --plan: without knowing the node there is no plan', async (t) => {
  const { identity, run } = await cluster(t, { own: identities.lb3 });
  const ran = await run('--identity', identity, '--plan');
  assert.equal(ran.exitCode, 2);
  assert.match(ran.err, /hint: name the node: --as lb1 or --as lb2/);
});

test('check: a missing file is an error that names it', async () => {
  const host = fakeHost();
  assert.equal(await main(['check', '-c', '/nonexistent/sealbeat.yaml'], host), 1);
  assert.match(host.errs[0] ?? '', /^sealbeat: error: \/nonexistent\/sealbeat.yaml does not exist$/);
});

test('check: what a file says cannot move the cursor of a terminal', async (t) => {
  const { run } = await cluster(t, { text: pairWith(['mail', '"a\\e[2Jb"']) });
  const ran = await run('--as', 'lb1');
  assert.equal(ran.exitCode, 1);
  assert.match(ran.err, /"a\\x1b\[2Jb" is not a name/);
});

test('check: a group that wants of CARP what the host has not', async (t) => {
  const text = pairWith(['vips:', 'adapter: carp\n    carp: { vhid: 1 }\n    vips:']);
  const { identity, run } = await cluster(t, { text, platform: 'openbsd' });
  const ran = await run('--identity', identity);
  assert.equal(ran.exitCode, 1);
  assert.match(
    ran.err,
    /:17:14: groups\.web\.adapter: CARP is an interface of its own on OpenBSD, .* for lb1; .* interface: carp0/,
  );
  const good = await cluster(t, {
    text: text.replace('vhid: 1', 'vhid: 1, interface: carp0'),
    platform: 'openbsd',
  });
  assert.equal((await good.run('--identity', good.identity)).exitCode, 0);
});

test('check: on a node it looks for the file with the CARP password', async (t) => {
  const section = 'adapter: carp\n    carp: { vhid: 1, interface: carp0, password_file: /nonexistent/p }';
  const { identity, run } = await cluster(t, {
    text: pairWith(['vips:', `${section}\n    vips:`]),
    platform: 'openbsd',
  });
  const ran = await run('--identity', identity);
  assert.equal(ran.exitCode, 1);
  assert.match(ran.err, /groups\.web\.carp\.password_file: \/nonexistent\/p does not exist; write/);
});

test('check: a plan for another node says which system it is for, unless that was said', async (t) => {
  const plan = async (...flags: readonly string[]) =>
    (await (await cluster(t)).run('--plan', '--as', 'lb2', ...flags)).err;
  assert.match(await plan(), /the plan is for the system of this host; if lb2 runs another: --platform/);
  assert.equal(await plan('--platform', 'freebsd'), '');
});

test('check: on a node it looks for the programs that it would run, elsewhere it does not', async (t) => {
  const text = pairWith([
    'vips',
    'adapter: script\n    script: { up: /nonexistent/up, down: /bin/sh }\n    vips',
  ]);
  const { identity, run } = await cluster(t, { text });
  const onNode = await run('--identity', identity);
  assert.equal(onNode.exitCode, 1);
  assert.match(onNode.err, /groups\.web\.script\.up: \/nonexistent does not exist, so there is no \S+\/up$/m);
  const elsewhere = await cluster(t, { text });
  assert.equal((await elsewhere.run('--as', 'lb1')).exitCode, 0);
});
