import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { status, statusCommand, type StatusOptions } from '../../src/cli/commands/status.ts';
import { watch } from '../../src/cli/watch.ts';
import type { CliHost } from '../../src/cli/host.ts';
import { screenOn, wantsColour } from '../../src/cli/screen.ts';
import { startControlServer, type ControlServer } from '../../src/control/server.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { eventRecord, fakePort, type FakePort } from '../fakes/control-port.ts';
import { fakeScreen } from '../fakes/screen.ts';
import { spokenHost } from '../fakes/spoken.ts';
import { node, statusReport } from '../fakes/status-report.ts';

async function daemon(t: TestContext): Promise<{ control: string; port: FakePort; server: ControlServer }> {
  const directory = mkdtempSync(join(tmpdir(), 'sealbeat-status-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const control = join(directory, 'control.sock');
  const port = fakePort();
  const server = await startControlServer({ path: control, group: '' }, { port, log: collectedLog() });
  t.after(() => server.close());
  return { control, port, server };
}

test('status: prints the page once', async (t) => {
  const { control } = await daemon(t);
  const host = spokenHost();
  await status(host, { control });
  assert.equal(host.outs.length, 1);
  assert.match(host.outs[0] ?? '', /^lb1 in cluster mail[^]*\d in$/);
});

test('status --json: prints the report as it is', async (t) => {
  const { control, port } = await daemon(t);
  const host = spokenHost();
  await status(host, { control, json: true });
  assert.deepEqual(JSON.parse(host.outs.join('\n')), JSON.parse(JSON.stringify(port.report)));
});

test('status: without a daemon it fails and prints nothing', async () => {
  const host = spokenHost();
  await assert.rejects(status(host, { control: '/nonexistent/control.sock' }), {
    code: 'CONTROL_UNREACHABLE',
  });
  assert.deepEqual(host.outs, []);
});

/** Runs `status --watch` until `during` has ended, then stops it as Ctrl-C does. */
async function watched(
  options: StatusOptions,
  screen: ReturnType<typeof fakeScreen>,
  during: () => Promise<void>,
): Promise<void> {
  const ended = status(spokenHost(), { ...options, watch: true }, () => screen);
  await Promise.race([ended, during()]);
  process.emit('SIGINT');
  await ended;
}

test(
  'status --watch: shows changes at once, and the terminal is given back on Ctrl-C',
  { timeout: 20_000 },
  async (t) => {
    const { control, port } = await daemon(t);
    const screen = fakeScreen();
    await watched({ control }, screen, async () => {
      await screen.said(1);
      port.report = statusReport({ alarms: ['something is wrong'] });
      port.happen(eventRecord(1));
      await screen.said(2);
      screen.resize();
      await screen.said(3);
    });
    assert.match(screen.shown[1] ?? '', /ALARM {2}something is wrong/);
    assert.equal(screen.restored, 1);
    assert.equal(process.listenerCount('SIGINT'), 0);
  },
);

test('status --watch: through a pipe, each page stands alone', { timeout: 20_000 }, async (t) => {
  const { control } = await daemon(t);
  const screen = fakeScreen({ isTerminal: false });
  await watched({ control }, screen, () => screen.said(2));
  assert.match(screen.shown[0] ?? '', /^lb1 in cluster/);
  assert.match(screen.shown[1] ?? '', /^\nlb1 in cluster[^]*\n$/);
});

test(
  'status --watch --json: one report per line, and an error is JSON too',
  { timeout: 20_000 },
  async (t) => {
    const { control, server } = await daemon(t);
    const screen = fakeScreen({ isTerminal: false });
    await watched({ control, json: true }, screen, async () => {
      await screen.said(1);
      await server.close();
      await screen.said(3);
    });
    for (const page of screen.shown) assert.match(page, /^\{[^\n]*\}\n$/);
    assert.equal((JSON.parse(screen.shown[2] ?? '') as { code: string }).code, 'CONTROL_UNREACHABLE');
  },
);

test(
  'status --watch: a daemon that goes leaves no old page, and one that comes back is shown',
  { timeout: 20_000 },
  async (t) => {
    const { control, server } = await daemon(t);
    const screen = fakeScreen();
    await watched({ control }, screen, async () => {
      await screen.said(1);
      await server.close();
      while (!/NO ANSWER/.test(screen.shown.at(-1) ?? '')) await screen.said(screen.shown.length + 1);
      assert.match(
        screen.shown.at(-1) ?? '',
        /there is no control socket[^]*last report was made at 2026-03-01T12/,
      );
      assert.doesNotMatch(screen.shown.at(-1) ?? '', /ACTIVE/);
      const port = fakePort();
      port.report = statusReport({ node: node('lb9') });
      const successor = await startControlServer({ path: control, group: '' }, { port, log: collectedLog() });
      t.after(() => successor.close());
      while (!/^lb9 in/.test(screen.shown.at(-1) ?? '')) await screen.said(screen.shown.length + 1);
    });
  },
);

test('status --watch: ends by itself when nobody reads any more', { timeout: 20_000 }, async (t) => {
  const { control } = await daemon(t);
  const screen = fakeScreen({ isTerminal: false });
  const ended = status(spokenHost(), { control, watch: true }, () => screen);
  await screen.said(1);
  screen.leave();
  await ended;
});

test('watch: the terminal is given back also when a frame breaks', async () => {
  const screen = fakeScreen();
  const broken = watch({
    screen,
    signal: new AbortController().signal,
    frame: () => Promise.reject(new Error('broken')),
    onChange: () => undefined,
  });
  await assert.rejects(broken, { message: 'broken' });
  assert.equal(screen.restored, 1);
});

test('status: flags', async () => {
  const ran: StatusOptions[] = [];
  const command = statusCommand(spokenHost() as unknown as CliHost, (_host, options) => {
    ran.push(options);
    return Promise.resolve();
  });
  await command.parseAsync(['--watch', '--control', '/x'], { from: 'user' });
  assert.deepEqual(ran, [{ control: '/x', watch: true }]);
});

const colours: readonly (readonly [boolean, Record<string, string>, boolean])[] = [
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
];
for (const [isTTY, env, wanted] of colours) {
  test(`screen: colour with ${JSON.stringify({ isTTY, ...env })} is ${wanted}`, () => {
    assert.equal(wantsColour({ isTTY, env }), wanted);
  });
}

test('screen: takes the second page of a terminal, fits its height, and gives the first back once', async () => {
  const { PassThrough } = await import('node:stream');
  const stream = Object.assign(new PassThrough(), { isTTY: true as const, columns: 80, rows: 4 });
  const screen = screenOn(stream, {});
  await screen.show('1\n2\n3\n4\n5\n6\n');
  await screen.show('1\n2\n');
  screen.restore();
  screen.restore();
  const said = String(stream.read());
  assert.equal(said.split('\u001b[?1049h').length, 2);
  assert.equal(said.split('\u001b[?1049l').length, 2);
  assert.match(
    said,
    /\u001b\[H\u001b\[K1\r\n\u001b\[K2\r\n\u001b\[K3\r\n\u001b\[K\(3 more lines: make the window higher\)\u001b\[H/,
  );
  assert.match(
    said,
    /\u001b\[H\u001b\[K1\r\n\u001b\[K2\r\n\u001b\[J\u001b\[\?7h\u001b\[\?25h\u001b\[\?1049l$/,
  );
});
