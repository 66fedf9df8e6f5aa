import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { events } from '../../src/cli/commands/events.ts';
import {
  drainCommand,
  failbackCommand,
  freezeCommand,
  switchoverCommand,
  thawCommand,
  undrainCommand,
} from '../../src/cli/commands/placement.ts';
import { reload } from '../../src/cli/commands/reload.ts';
import { eventText } from '../../src/cli/event-text.ts';
import type { CliHost } from '../../src/cli/host.ts';
import { startControlServer, type ControlServer } from '../../src/control/server.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { eventRecord, fakePort, type FakePort } from '../fakes/control-port.ts';
import { fakeScreen } from '../fakes/screen.ts';
import { spokenHost } from '../fakes/spoken.ts';

async function daemon(t: TestContext): Promise<{ control: string; port: FakePort; server: ControlServer }> {
  const directory = mkdtempSync(join(tmpdir(), 'sealbeat-events-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const control = join(directory, 'control.sock');
  const port = fakePort();
  const server = await startControlServer({ path: control, group: '' }, { port, log: collectedLog() });
  t.after(() => server.close());
  return { control, port, server };
}

const texts = [
  [eventRecord(1), '2026-03-01 12:00:00.250Z  group web: standby → active (lb2 was silent for 3.0 s)'],
  [
    eventRecord(2, { kind: 'peer', subject: 'lb2', text: 'silent', cause: '' }),
    '2026-03-01 12:00:00.250Z  peer lb2: silent',
  ],
  [
    eventRecord(3, { kind: 'daemon', subject: '', text: 'started', cause: 'a\u001b[2Jb\nc' }),
    '2026-03-01 12:00:00.250Z  daemon: started (a\\x1b[2Jb\\nc)',
  ],
] as const;
for (const [record, text] of texts) {
  test(`event text: ${text}`, () => assert.equal(eventText(record), text));
}

test('events: one line each, the oldest first', async (t) => {
  const { control, port } = await daemon(t);
  for (const number of [1, 2]) port.happen(eventRecord(number, { text: `step ${number}` }));
  const host = spokenHost();
  await events(host, { control });
  assert.match(host.outs.join('\n'), /step 1[^\n]*\n[^\n]*step 2/);
});

test('events --json: one object per line', async (t) => {
  const { control, port } = await daemon(t);
  port.happen(eventRecord(1));
  const host = spokenHost();
  await events(host, { control, json: true });
  assert.deepEqual(
    host.outs.map((line) => JSON.parse(line) as unknown),
    [eventRecord(1)],
  );
});

test('events: when nothing has happened, that is said beside the values', async (t) => {
  const { control } = await daemon(t);
  const host = spokenHost();
  await events(host, { control });
  assert.deepEqual([host.outs, host.errs], [[], ['sealbeat: nothing has happened since the daemon started']]);
});

test(
  'events --follow: old and new ones until Ctrl-C, which is no failure',
  { timeout: 20_000 },
  async (t) => {
    const { control, port } = await daemon(t);
    port.happen(eventRecord(1));
    const screen = fakeScreen({ isTerminal: false });
    const ended = events(spokenHost(), { control, follow: true }, () => screen);
    await screen.said(1);
    port.happen(eventRecord(2));
    await screen.said(2);
    process.emit('SIGINT');
    await ended;
    assert.deepEqual(
      screen.written.map((line) => line.endsWith('\n')),
      [true, true],
    );
  },
);

test('events --follow: a reader that leaves ends it', { timeout: 20_000 }, async (t) => {
  const { control, port } = await daemon(t);
  const screen = fakeScreen({ isTerminal: false });
  port.happen(eventRecord(1));
  const ended = events(spokenHost(), { control, follow: true }, () => screen);
  await screen.said(1);
  screen.leave();
  port.happen(eventRecord(2));
  await ended;
});

test('events --follow: a daemon that stops is reported, with exit code 1', { timeout: 20_000 }, async (t) => {
  const { control, port, server } = await daemon(t);
  const screen = fakeScreen({ isTerminal: false });
  port.happen(eventRecord(1));
  const ended = events(spokenHost(), { control, follow: true }, () => screen);
  await screen.said(1);
  await Promise.all([
    assert.rejects(ended, { code: 'CONTROL_UNREACHABLE', message: `the daemon on ${control} has stopped` }),
    server.close(),
  ]);
});

test('reload: prints what changed', async (t) => {
  const { control, port } = await daemon(t);
  port.answer = () => Promise.resolve({ ok: true, text: 'reloaded: web has one VIP more\nnothing moved' });
  const host = spokenHost();
  await reload(host, { control });
  assert.deepEqual(host.outs, ['reloaded: web has one VIP more\nnothing moved']);
  assert.deepEqual(port.commands, [{ kind: 'reload' }]);
});

test('reload: a refusal comes through as the daemon said it', async (t) => {
  const { control, port } = await daemon(t);
  port.answer = () =>
    Promise.resolve({
      ok: false,
      code: 'CONFIG_INVALID',
      message: 'a.yaml:3:1: unknown key',
      hint: 'sealbeat check',
    });
  await assert.rejects(reload(spokenHost(), { control }), {
    code: 'CONFIG_INVALID',
    message: 'a.yaml:3:1: unknown key',
    hint: 'sealbeat check',
  });
});

const orders = [
  [switchoverCommand, ['web', '--to', 'lb2'], { kind: 'switchover', group: 'web', to: 'lb2' }],
  [switchoverCommand, ['web'], { kind: 'switchover', group: 'web', to: '' }],
  [switchoverCommand, ['web', '--no-wait'], { kind: 'switchover', group: 'web', to: '', wait: false }],
  [failbackCommand, ['web', '--no-wait'], { kind: 'failback', group: 'web', wait: false }],
  [drainCommand, ['--no-wait'], { kind: 'drain', group: '', wait: false }],
  [failbackCommand, ['web'], { kind: 'failback', group: 'web' }],
  [drainCommand, [], { kind: 'drain', group: '' }],
  [undrainCommand, ['web'], { kind: 'undrain', group: 'web' }],
  [freezeCommand, ['web'], { kind: 'freeze', group: 'web' }],
  [thawCommand, [], { kind: 'thaw', group: '' }],
] as const;
for (const [command, args, expected] of orders) {
  test(`orders: ${expected.kind} ${args.join(' ')} reaches the daemon`, async (t) => {
    const { control, port } = await daemon(t);
    const host = spokenHost();
    await command(host as unknown as CliHost).parseAsync([...args, '--control', control], { from: 'user' });
    assert.deepEqual(port.commands, [expected]);
    assert.deepEqual(host.outs, ['done']);
  });
}

test('orders: what is no name is refused before the daemon is asked', async (t) => {
  const { control, port } = await daemon(t);
  const command = freezeCommand(spokenHost() as unknown as CliHost);
  await assert.rejects(command.parseAsync(['../../reload', '--control', control], { from: 'user' }), {
    code: 'USAGE',
  });
  assert.deepEqual(port.commands, []);
});
