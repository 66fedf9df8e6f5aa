import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { until } from '../../lab/wait.ts';
import type { Outcome } from '../model.ts';
import { openDoor } from './door.ts';
import type { Door, DoorParts } from './door.ts';

function doorWith(run: DoorParts['run'], commands = ['ifconfig']): Door & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'door-'));
  const door = openDoor({ folder, commands, run });
  after(() => {
    door.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { ...door, folder };
}

/** Bytes as they are, one character each. */
const call = (door: Door, args: readonly (string | Buffer)[], name = 'ifconfig'): Promise<Outcome> =>
  new Promise((resolve) => {
    const words = args.map((arg) => (typeof arg === 'string' ? arg : arg.toString('latin1')));
    const options = { encoding: 'latin1', env: { PATH: door.binFolder }, timeout: 20_000 } as const;
    const child = execFile(join(door.binFolder, name), words, options, (error, stdout, stderr) => {
      resolve({ rc: error === null ? 0 : (child.exitCode ?? -1), stdout, stderr });
    });
  });

const outcomes: readonly Outcome[] = [
  { rc: 0, stdout: '', stderr: '' },
  { rc: 1, stdout: '\n', stderr: 'ipadm: no newline at the end' },
  { rc: 255, stdout: "it's `quoted` $HOME \\n %s \\0\n\n", stderr: "''\n" },
  { rc: 2, stdout: '-n\n', stderr: '-e x' },
  { rc: 0, stdout: `${'tab\tinet 10.77.0.100 netmask ffffffff\n'.repeat(8_000)}`, stderr: '' },
];
for (const outcome of outcomes) {
  test(`door: exit code ${outcome.rc}, ${outcome.stdout.length} and ${outcome.stderr.length} bytes come through exactly`, async () => {
    assert.deepEqual(
      await call(
        doorWith(async () => outcome),
        [],
      ),
      outcome,
    );
  });
}

test('door: arguments come through exactly, whatever is in them and however long they are', async () => {
  let seen: readonly string[] = [];
  const door = doorWith(async (argv) => {
    seen = argv;
    return { rc: 0, stdout: argv.slice(1).join('|'), stderr: '' };
  });
  for (const args of [
    [],
    ['', ' ', '\n', 'a b', '*', '$(touch x)', '`id`', "'", '"', '\\', '-n', '%s', 'e1000g0/sealvip0'],
    ['x'.repeat(901)],
    Array.from({ length: 500 }, (_, at) => `argument ${at}\n`),
    ['y'.repeat(100_000), ''],
  ]) {
    const { stdout } = await call(door, args);
    assert.deepEqual(seen, ['ifconfig', ...args]);
    assert.equal(stdout, args.join('|'));
  }
  const { stdout } = await call(door, ['ü'.repeat(900)]);
  assert.deepEqual([seen[1], Buffer.from(stdout, 'latin1').toString()], ['ü'.repeat(900), 'ü'.repeat(900)]);
});

test('door: bytes that are no UTF-8 come back as they went in', async () => {
  const door = doorWith(async (argv) => ({ rc: 0, stdout: argv[1] ?? '', stderr: '' }));
  const child = spawn('sh', ['-c', `"$0" "$(printf '\\377\\200x')"`, join(door.binFolder, 'ifconfig')]);
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  await once(child, 'close');
  assert.deepEqual(Buffer.concat(pieces), Buffer.from([0xff, 0x80, 0x78]));
});

test('door: every command has an executable that knows its name', async () => {
  const door = doorWith(async ([name = '']) => ({ rc: 0, stdout: name, stderr: '' }), ['ipadm', 'dladm']);
  assert.equal((await call(door, [], 'ipadm')).stdout, 'ipadm');
  assert.equal((await call(door, [], 'dladm')).stdout, 'dladm');
});

test('door: many calls at one time each get their own answer, in any order', async () => {
  const waiting: (() => void)[] = [];
  const door = doorWith(async (argv) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    return { rc: Number(argv[1]), stdout: `${argv[1]}\n`, stderr: `${argv[2]?.length}` };
  });
  // Half of them are longer than what a pipe takes at once.
  const words = (at: number): string[] => [`${at}`, `${at % 10}`.repeat(at % 2 === 0 ? at : 30_000)];
  const calls = Array.from({ length: 60 }, (_, at) => call(door, words(at)));
  await until('all calls to arrive', 20_000, () => waiting.length === 60);
  for (const release of waiting.toReversed()) release();
  const seen = await Promise.all(calls);
  assert.deepEqual(
    seen.map(({ rc, stdout, stderr }) => [rc, stdout, stderr]),
    seen.map((_, at) => [at, `${at}\n`, `${words(at)[1]?.length}`]),
  );
  assert.deepEqual(readdirSync(door.folder).toSorted(), ['bin', 'requests'], 'nothing is left behind');
});

test('door: a caller that is killed while it waits harms nobody', async () => {
  const waiting: (() => void)[] = [];
  const door = doorWith(async (argv) => {
    if (argv[1] === 'wait') await new Promise<void>((resolve) => waiting.push(resolve));
    return { rc: 0, stdout: 'done', stderr: '' };
  });
  const child = spawn(join(door.binFolder, 'ifconfig'), ['wait'], { stdio: 'ignore' });
  await until('the call to arrive', 10_000, () => waiting.length === 1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  waiting[0]?.();
  assert.equal((await call(door, [])).stdout, 'done');
  await until(
    'its FIFO to be gone',
    10_000,
    () => !readdirSync(door.folder).some((name) => name.startsWith('answer')),
  );
});

test('door: an exception in the model is said, not swallowed', async () => {
  const { rc, stderr } = await call(
    doorWith(async () => {
      throw new Error('no such case');
    }),
    [],
  );
  assert.equal(rc, 70);
  assert.match(stderr, /no such case/);
});

test('door: when it is closed, who waits and who comes later fails with a sentence', async () => {
  let arrived = false;
  const door = doorWith(() => {
    arrived = true;
    return new Promise(() => undefined);
  });
  const waiting = call(door, []);
  await until('the call to arrive', 10_000, () => arrived);
  door.close();
  const early = await waiting;
  assert.deepEqual([early.rc, early.stdout], [1, '']);
  assert.match(early.stderr, /is gone\n$/);
  const late = await call(door, []);
  assert.deepEqual(late, { rc: 1, stdout: '', stderr: 'ifconfig: the host of this command is gone\n' });
});

test('door: when its process is killed, nobody waits for it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'door-'));
  const program = `
    import { openDoor } from ${JSON.stringify(join(import.meta.dirname, 'door.ts'))};
    openDoor({ folder: ${JSON.stringify(folder)}, commands: ['ifconfig'], run: () => { console.log('called'); return new Promise(() => {}); } });
    console.log('open');
  `;
  const server = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  server.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  after(() => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await until('the door to open', 20_000, () => said.includes('open'));
  const door = { binFolder: join(folder, 'bin'), close: () => undefined };
  const waiting = call(door, []);
  await until('the call to arrive', 10_000, () => said.includes('called'));
  server.kill('SIGKILL');
  const { rc, stderr } = await waiting;
  assert.equal(rc, 1);
  assert.match(stderr, /is gone/);
  assert.equal((await call(door, [])).rc, 1);
  rmSync(folder, { recursive: true, force: true });
});
