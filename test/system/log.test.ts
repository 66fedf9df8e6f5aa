import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { OperatorError } from '../../src/core/errors.ts';
import { safeFields } from '../../src/system/log-fields.ts';
import { logForm, type LogForm, type LogFormat, type Reader } from '../../src/system/log-form.ts';
import { createLog, type ClosableLog, type LogOptions } from '../../src/system/log.ts';
import { REPEAT_WINDOW_MS } from '../../src/system/repeats.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

function logTo(options: Partial<LogOptions> = {}): { log: ClosableLog; lines: string[]; clock: ManualClock } {
  const lines: string[] = [];
  const clock = new ManualClock();
  const writer = { write: (line: string) => lines.push(line) > 0, drained: () => Promise.resolve() };
  return { lines, clock, log: createLog({ level: 'info', clock, writer, form: 'json', ...options }) };
}

const sentences = (lines: readonly string[]): string[] =>
  lines.map((line) => (JSON.parse(line) as { msg: string }).msg);

test('log: a line is JSON with level, time, fields and sentence', () => {
  const { log, lines } = logTo();
  log.info({ group: 'web', epoch: 12 }, 'web: standby → active');
  assert.deepEqual(lines, [
    '{"level":"info","time":"2026-03-01T12:00:00.000Z","group":"web","epoch":12,"msg":"web: standby → active"}\n',
  ]);
});

test('log: what is below the level is not written', () => {
  const { log, lines } = logTo({ level: 'warn' });
  log.debug({}, 'a');
  log.info({}, 'b');
  log.warn({}, 'c');
  log.error({}, 'd');
  assert.deepEqual(sentences(lines), ['c', 'd']);
});

test('log: at a terminal a line is for people, with fields behind the sentence', () => {
  const { log, lines } = logTo({ form: 'text' });
  log.warn({ peer: 'lb2', cause: 'no route', ages: [1, 2] }, 'path down');
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? '',
    /^\d\d:\d\d:\d\d\.000 WARN {2}path down peer=lb2 cause="no route" ages=\[1,2\]\n$/,
  );
});

test('log: colour is only put around the word for the level', () => {
  const { log, lines } = logTo({ form: 'colour' });
  log.error({}, 'down');
  assert.match(lines[0] ?? '', / \u001b\[31mERROR\u001b\[0m down\n$/);
});

const forms: readonly (readonly [form: LogForm, line: RegExp])[] = [
  ['dated', /^2026-03-01T12:00:00\.000Z WARN {2}path down peer=lb2\n$/],
  ['journal', /^<4>path down peer=lb2\n$/],
  ['syslog', /^WARN: path down peer=lb2\n$/],
];
for (const [form, line] of forms) {
  test(`log: a line in the form ${form}`, () => {
    const { log, lines } = logTo({ form });
    log.warn({ peer: 'lb2' }, 'path down');
    assert.match(lines[0] ?? '', line);
  });
}

test('log: the priorities of the journal are those of syslog(3)', () => {
  const { log, lines } = logTo({ form: 'journal', level: 'debug' });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level]({}, level);
  assert.deepEqual(lines, ['<7>debug\n', '<6>info\n', '<4>warn\n', '<3>error\n']);
});

const readers: readonly (readonly [
  name: string,
  format: LogFormat,
  reader: Partial<Reader>,
  form: LogForm,
])[] = [
  ['a terminal', 'auto', { isTerminal: true }, 'colour'],
  ['a terminal without colours', 'auto', { isTerminal: true, environment: { NO_COLOR: '1' } }, 'text'],
  ['a file', 'auto', {}, 'json'],
  ['the journal', 'auto', { environment: { JOURNAL_STREAM: '8:42' } }, 'journal'],
  ["a file, below a service of systemd's", 'auto', { environment: { JOURNAL_STREAM: '8:41' } }, 'json'],
  ['the log of SMF', 'auto', { environment: { SMF_FMRI: 'svc:/site/sealbeat:default' } }, 'dated'],
  ['stderr closed', 'auto', { stream: '', environment: { JOURNAL_STREAM: '' } }, 'json'],
  ['text in a file', 'text', {}, 'dated'],
  ['text at a terminal', 'text', { isTerminal: true }, 'colour'],
  ['JSON at a terminal', 'json', { isTerminal: true }, 'json'],
  ['syslog', 'syslog', {}, 'syslog'],
];
for (const [name, format, reader, form] of readers) {
  test(`log: the form for ${name}`, () =>
    assert.equal(logForm(format, { isTerminal: false, stream: '8:42', environment: {}, ...reader }), form));
}

test('log: nothing that is logged can move a cursor or forge a line', () => {
  for (const form of ['json', 'text', 'colour', 'dated', 'journal', 'syslog'] as const) {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (said, value) => {
        const { log, lines } = logTo({ form });
        log.info({ value, err: new Error(value) }, said);
        const text = lines.join('').replaceAll('\u001b[32m', '').replaceAll('\u001b[0m', '');
        assert.match(text, /^[^\u0000-\u001f]*\n$/);
      }),
    );
  }
});

test('log: identical lines are counted, with one summary for each window', () => {
  const { log, lines, clock } = logTo();
  for (let count = 0; count < 18; count += 1) log.info({ peer: 'lb2' }, 'refused');
  assert.deepEqual(sentences(lines), ['refused']);
  clock.goOn(REPEAT_WINDOW_MS - 1);
  assert.equal(lines.length, 1);
  clock.goOn(1);
  assert.deepEqual(sentences(lines), ['refused', 'refused (repeated 17 times)']);
  log.info({ peer: 'lb2' }, 'refused');
  assert.equal(lines.length, 2, 'still counted: it goes on');
  clock.goOn(REPEAT_WINDOW_MS);
  assert.deepEqual(sentences(lines)[2], 'refused (repeated once)');
  clock.goOn(REPEAT_WINDOW_MS);
  assert.equal(clock.waiting, 0, 'forgotten after a window in peace');
  log.info({ peer: 'lb2' }, 'refused');
  assert.deepEqual(sentences(lines)[3], 'refused', 'so the next one is said at once');
});

test('log: lines that differ in a field or the level are not identical', () => {
  const { log, lines } = logTo();
  log.info({ peer: 'lb2' }, 'refused');
  log.info({ peer: 'lb3' }, 'refused');
  log.warn({ peer: 'lb2' }, 'refused');
  assert.equal(lines.length, 3);
});

test('log: any number of different lines leaves at most 64 remembered, and no count is lost', async () => {
  const { log, lines, clock } = logTo();
  for (let round = 0; round < 2; round += 1) {
    for (let number = 0; number < 1_000; number += 1) log.info({ number: number >> 1 }, 'x');
    assert.ok(clock.waiting <= 64);
  }
  await log.close();
  assert.equal(clock.waiting, 0);
  const repeated = lines.map((line) => (JSON.parse(line) as { repeated?: number }).repeated);
  const said = repeated.filter((count) => count === undefined).length;
  assert.equal(said + repeated.reduce<number>((sum, count) => sum + (count ?? 0), 0), 2_000);
});

test('log: close says what was counted', async () => {
  const { log, lines } = logTo();
  log.info({}, 'refused');
  log.info({}, 'refused');
  await log.close();
  assert.deepEqual(sentences(lines), ['refused', 'refused (repeated once)']);
});

test('log: secrets are left out at any depth, by the words of their name', () => {
  const secret = 'do-not-show';
  const fields = safeFields({
    key: secret,
    boxSecret: secret,
    sign_seed: secret,
    a: { nonce: secret, b: { peerKeys: [secret] } },
    list: [{ SEED: secret }],
    map: new Map([['key', secret]]),
    bytes: new Uint8Array(32).fill(7),
    monkey: 'fine',
  });
  assert.doesNotMatch(JSON.stringify(fields), /do-not-show|7,7/);
  assert.equal(fields['bytes'], '[32 bytes]');
  assert.equal(fields['monkey'], 'fine');
});

test('log: any fields become JSON of bounded size, cycles and all', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  assert.equal(JSON.stringify(safeFields(cycle)).length < 200, true);
  const { log, lines } = logTo();
  fc.assert(
    fc.property(
      fc.object({
        maxDepth: 6,
        withBigInt: true,
        withDate: true,
        withMap: true,
        withSet: true,
        withTypedArray: true,
      }),
      (fields) => {
        lines.length = 0;
        log.info(fields, 'x'.repeat(5_000));
        for (const line of lines) assert.ok(line.length < 20_000 && typeof JSON.parse(line) === 'object');
      },
    ),
  );
});

test('log: one huge line is cut, and is still one JSON line', () => {
  const { log, lines } = logTo();
  log.info(Object.fromEntries(Array.from({ length: 32 }, (_, at) => [`f${at}`, 'y'.repeat(900)])), 'much');
  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    level: 'info',
    time: '2026-03-01T12:00:00.000Z',
    fields: '[too long]',
    msg: 'much',
  });
});

test('log: a field cannot take the place of level, time or sentence', () => {
  const { log, lines } = logTo();
  log.info({ level: 'error', time: 'never', msg: 'forged' }, 'real');
  const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  assert.deepEqual([line['level'], line['msg'], line['msg_']], ['info', 'real', 'forged']);
});

test("log: an operator's error shows code and hint, a fault of ours its stack", () => {
  const { log, lines } = logTo();
  log.error({ err: new OperatorError('VIP_DENIED', 'not permitted', { hint: 'run as root' }) }, 'a');
  log.error({ err: new TypeError('x is not a function') }, 'b');
  const [operator, ours] = lines.map((line) => (JSON.parse(line) as { err: Record<string, unknown> }).err);
  assert.deepEqual(operator, { code: 'VIP_DENIED', message: 'not permitted', hint: 'run as root' });
  assert.match(String(ours?.['stack']), /log\.test\.ts/);
});

test('log: lines that nobody took are counted, and the gap is told where it was', () => {
  const lines: string[] = [];
  let open = false;
  const { log } = logTo({
    writer: { write: (line) => open && lines.push(line) > 0, drained: () => Promise.resolve() },
  });
  for (const number of [1, 2, 3]) log.info({ number }, 'lost');
  open = true;
  log.info({}, 'heard');
  log.info({}, 'heard too');
  assert.deepEqual(sentences(lines), ['log: lost before this line: 3', 'heard', 'heard too']);
});

test('log: at its end it tells of lines that were lost and never followed by another', async () => {
  const lines: string[] = [];
  let open = false;
  const { log } = logTo({
    writer: {
      write: (line) => open && lines.push(line) > 0,
      drained: () => {
        open = true;
        return Promise.resolve();
      },
    },
  });
  log.error({}, 'last words');
  await log.close();
  assert.deepEqual(sentences(lines), ['log: lost before this line: 1']);
});

test('log: its end does not wait for a reader that never reads', async () => {
  const { log, clock } = logTo({
    writer: { write: () => false, drained: () => new Promise(() => undefined) },
  });
  log.info({}, 'unheard');
  const closed = log.close();
  assert.equal(clock.waiting, 1);
  clock.goOn(500);
  await closed;
});

async function logging(
  stderr: 'unread' | 'closed' | 'read',
): Promise<{ code: unknown; said: string; logged: string }> {
  const fixture = new URL('../fixtures/log-until-told.ts', import.meta.url).pathname;
  // A shell's pipe, as in `sealbeat run 2>&1 | less`; node's own "pipe" would be a socket.
  const readers = { unread: 'read -r _ <&5', closed: 'true', read: 'cat >&3' };
  const script = `{ "$1" "$2" 2>&1 >&4 | { ${readers[stderr]}; }; } 4>&1 5<&0`;
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, fixture], {
    stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
  });
  let said = '';
  let logged = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
    if (said.endsWith('\n')) child.stdin?.end('now\n'); // it has spoken: the reader that never read may go
  });
  (child.stdio[3] as NodeJS.ReadableStream)
    .setEncoding('utf8')
    .on('data', (chunk: string) => (logged += chunk));
  child.stdin?.on('error', () => undefined); // the reader is gone already
  const [code] = (await once(child, 'close')) as unknown[];
  return { code, said, logged };
}

for (const stderr of ['unread', 'closed'] as const) {
  test(
    `log: stderr ${stderr} by its reader neither blocks nor ends the program`,
    { timeout: 20_000 },
    async () => {
      assert.equal((await logging(stderr)).said, 'slowest below a second\n');
    },
  );
}

test('log: with a reader, every line arrives through a pipe', { timeout: 20_000 }, async () => {
  const { said, logged } = await logging('read');
  assert.equal(said, 'slowest below a second\n');
  const lines = logged.trimEnd().split('\n');
  const lost = lines
    .map((line) => (JSON.parse(line) as { lost?: number }).lost ?? 0)
    .reduce((a, b) => a + b, 0);
  assert.equal(lines.filter((line) => !line.includes('"lost"')).length + lost, 4_000);
});
