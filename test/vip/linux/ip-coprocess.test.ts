import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { type Child, type Spawn } from '../../../src/core/ports.ts';
import { type MonoMs } from '../../../src/core/units.ts';
import { systemSpawn } from '../../../src/system/child.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { deleteLine, replaceLine, showLinkLine } from '../../../src/vip/linux/ip-commands.ts';
import {
  ipCoprocess,
  type IpCoprocess,
  type IpCoprocessOptions,
} from '../../../src/vip/linux/ip-coprocess.ts';
import { runTool } from '../../lab/host-tool.ts';
import { until } from '../../lab/wait.ts';
import { addressesIn, LINK, makePair, needs, type Pair, standIn, tempFolder } from '../lab.ts';
import { vipOf } from '../vip-of.ts';

const limit = { timeoutMs: 5_000 };
const vip = vipOf('10.77.0.100/32', LINK);

/** Real `ip` in a namespace. */
function realIp(
  t: TestContext,
  options: Pick<IpCoprocessOptions, 'shows'> = {},
): { pair: Pair; ip: IpCoprocess; pids: number[] } | undefined {
  if (!needs(t, ['ip'])) return undefined;
  const pair = makePair();
  const pids: number[] = [];
  const spawn: Spawn = {
    start: (file, args, events) =>
      systemSpawn.start('ip', ['netns', 'exec', pair.here, file, ...args], events),
  };
  const onStart = (pid: number) => pids.push(pid);
  const ip = ipCoprocess({ spawn, clock: systemClock, program: 'ip', onStart, ...options });
  after(() => ip.close());
  return { pair, ip, pids };
}

function standInIp(script: string, spawn: Spawn = systemSpawn) {
  const folder = tempFolder();
  const pids: number[] = [];
  const ip = ipCoprocess({
    spawn,
    clock: systemClock,
    program: standIn(folder, 'ip', script.replaceAll('FOLDER', folder)),
    onStart: (pid) => pids.push(pid),
  });
  after(() => ip.close());
  return { ip, pids, folder };
}

/** Behaves as `ip -force -batch -` towards the fence, and says WORDS for every line before it. */
const OBEDIENT = `n=0
while read -r line; do
  n=$((n + 1))
  case $line in sealbeat-fence) echo "Object is unknown" >&2; echo "Command failed -:$n" >&2 ;; esac
done`;

test('coprocess: one program runs everything', { timeout: 20_000 }, async (t) => {
  const lab = realIp(t);
  if (lab === undefined) return;
  assert.deepEqual(await lab.ip.change([replaceLine(vip, { leaseSeconds: 30 })], limit), []);
  assert.ok(addressesIn(lab.pair).includes('10.77.0.100/32'));
  assert.equal((await lab.ip.show(LINK, limit))?.name, LINK);
  assert.deepEqual(await lab.ip.change([deleteLine(vip)], limit), []);
  assert.ok(!addressesIn(lab.pair).includes('10.77.0.100/32'));
  assert.equal(lab.pids.length, 1);
});

test('coprocess: a failure names its line, and the others are run', { timeout: 20_000 }, async (t) => {
  const lab = realIp(t);
  if (lab === undefined) return;
  const other = vipOf('10.77.0.101/32', LINK);
  const lines = [
    deleteLine(vip),
    replaceLine(other, { leaseSeconds: 30 }),
    `address add 10.77.0.102/32 dev ${LINK} label ${LINK}:abcdefghijklmnop`,
  ];
  assert.deepEqual(await lab.ip.change(lines, limit), [
    { line: lines[0], text: 'Error: ipv4: Address not found.' },
    { line: lines[2], text: 'Error: Attribute failed policy validation.' },
  ]);
  assert.ok(addressesIn(lab.pair).includes('10.77.0.101/32'));
});

test(
  'coprocess: a thousand addresses, in pieces, each failure at its line',
  { timeout: 30_000 },
  async (t) => {
    const lab = realIp(t);
    if (lab === undefined) return;
    const vips = Array.from({ length: 1_000 }, (_, i) => vipOf(`10.88.${i >> 8}.${i & 255}/32`, LINK));
    assert.deepEqual(
      await lab.ip.change(
        vips.map((each) => replaceLine(each, { leaseSeconds: 60 })),
        limit,
      ),
      [],
    );
    assert.equal(
      (await lab.ip.show(LINK, limit))?.addresses.filter(({ prefixLength }) => prefixLength === 32).length,
      1_000,
    );
    const missing = vipOf('10.99.0.1/32', LINK);
    const deletions = [...vips.slice(0, 700), missing, ...vips.slice(700)].map(deleteLine);
    assert.deepEqual(await lab.ip.change(deletions, limit), [
      { line: deleteLine(missing), text: 'Error: ipv4: Address not found.' },
    ]);
  },
);

test(
  'coprocess: ip keeps what it should free, so after some thousand lines another one takes its place',
  { timeout: 60_000 },
  async (t) => {
    const lab = realIp(t);
    if (lab === undefined) return;
    const lines = Array.from({ length: 2_000 }, () => replaceLine(vip, { leaseSeconds: 60 }));
    const residentKb = () => {
      const status = readFileSync(`/proc/${lab.pids.at(-1)}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
    };
    for (const round of [1, 2, 3]) {
      for (const _ of ['half', 'whole']) assert.deepEqual(await lab.ip.change(lines, limit), []);
      await until(`program ${round + 1}`, 10_000, () => lab.pids.length === round + 1);
      const old = lab.pids.at(-2);
      await until('the old one to be gone', 10_000, () => !existsSync(`/proc/${old}`));
    }
    assert.deepEqual(await lab.ip.change([deleteLine(vip)], limit), []);
    assert.ok(residentKb() < 16_000, `${residentKb()} kB`);
  },
);

test('coprocess: one that shows interfaces alone', { timeout: 20_000 }, async (t) => {
  const lab = realIp(t, { shows: showLinkLine });
  if (lab === undefined) return;
  const state = await lab.ip.show(LINK, limit);
  assert.equal(state?.name, LINK);
  assert.match(state?.mac ?? '', /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  assert.equal(state?.carrier, true);
  assert.deepEqual(state?.addresses, []);
});

test(
  'coprocess: a word that ip does not know ends it; the batch fails, the next one works',
  { timeout: 20_000 },
  async (t) => {
    const lab = realIp(t);
    if (lab === undefined) return;
    await lab.ip.change([replaceLine(vip, { leaseSeconds: 30 })], limit);
    await assert.rejects(lab.ip.change(['address frob', deleteLine(vip)], limit), {
      code: 'VIP_FAILED',
      message: /frob.*is unknown/,
    });
    assert.deepEqual(await lab.ip.change([deleteLine(vip)], limit), []);
    assert.ok(!addressesIn(lab.pair).includes('10.77.0.100/32'));
    assert.equal(lab.pids.length, 2);
  },
);

test(
  'coprocess: one that was killed is started again before it is needed',
  { timeout: 20_000 },
  async (t) => {
    const lab = realIp(t);
    if (lab === undefined) return;
    await lab.ip.show(LINK, limit);
    process.kill(lab.pids[0] ?? 0, 'SIGKILL');
    await until('another one', 5_000, () => lab.pids.length === 2);
    assert.deepEqual(await lab.ip.change([replaceLine(vip, { leaseSeconds: 30 })], limit), []);
  },
);

test('coprocess: an interface that was made anew is found by its name', { timeout: 20_000 }, async (t) => {
  const lab = realIp(t);
  if (lab === undefined) return;
  const make = () => {
    lab.pair.ip('link', 'add', 'sbvx', 'type', 'veth', 'peer', 'name', 'sbvy');
    lab.pair.ip('link', 'set', 'sbvx', 'up');
  };
  const onX = vipOf('10.77.0.100/32', 'sbvx');
  make();
  assert.deepEqual(await lab.ip.change([replaceLine(onX, { leaseSeconds: 30 })], limit), []);
  assert.notEqual(await lab.ip.show('sbvx', limit), undefined);
  lab.pair.ip('link', 'del', 'sbvx');
  assert.equal(await lab.ip.show('sbvx', limit), undefined);
  make();
  assert.deepEqual(await lab.ip.change([replaceLine(onX, { leaseSeconds: 30 })], limit), []);
  assert.ok(addressesIn(lab.pair, 'sbvx').includes('10.77.0.100/32'));
});

test(
  'coprocess: a name that now belongs to another interface is noticed by a look',
  { timeout: 20_000 },
  async (t) => {
    const lab = realIp(t);
    if (lab === undefined) return;
    lab.pair.ip('link', 'add', 'sbvx', 'type', 'veth', 'peer', 'name', 'sbvy');
    lab.pair.ip('address', 'add', '10.50.0.1/24', 'dev', 'sbvx');
    lab.pair.ip('address', 'add', '10.60.0.1/24', 'dev', 'sbvy');
    await lab.ip.show('sbvx', limit);
    for (const [from, to] of [
      ['sbvx', 'sbvz'],
      ['sbvy', 'sbvx'],
      ['sbvz', 'sbvy'],
    ] as const)
      lab.pair.ip('link', 'set', from, 'name', to);
    const state = await lab.ip.show('sbvx', limit);
    assert.deepEqual(
      state?.addresses.map(({ local }) => local),
      ['10.60.0.1'],
    );
  },
);

test(
  'coprocess: one that hangs is given up in time, and another tried for the next call',
  { timeout: 20_000 },
  async () => {
    const { ip, pids } = standInIp(
      `if mkdir FOLDER/first 2> /dev/null; then exec cat > /dev/null; fi\n${OBEDIENT}`,
    );
    await assert.rejects(ip.change(['address show'], { timeoutMs: 200 }), { code: 'TOOL_TIMEOUT' });
    await until('the hanging one to be gone', 5_000, () => !existsSync(`/proc/${pids[0]}`));
    assert.deepEqual(await ip.change(['address show'], limit), []);
    assert.equal(pids.length, 2);
  },
);

test(
  'coprocess: calls wait for each other, and none is written after its time',
  { timeout: 20_000 },
  async () => {
    const { ip, folder } = standInIp('exec cat > FOLDER/written.$$');
    const outcomes = await Promise.allSettled(
      ['first', 'second', 'third'].map((word) => ip.change([word], { timeoutMs: 200 })),
    );
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as { code: string }).code),
      ['TOOL_TIMEOUT', 'TOOL_TIMEOUT', 'TOOL_TIMEOUT'],
    );
    const written = runTool('sh', ['-c', 'cat "$1"/written.*', 'sh', folder]);
    assert.match(written, /first/);
    assert.doesNotMatch(written, /second|third/);
  },
);

test(
  'coprocess: after this process slept, the rest of a batch is not written',
  { timeout: 20_000 },
  async () => {
    let sleptMs = 0;
    const clock = { ...systemClock, nowMs: () => (systemClock.nowMs() + sleptMs) as MonoMs };
    // As a freeze between two pieces: the first is answered, then the clock has jumped.
    const spawn: Spawn = {
      start: (file, args, events): Child =>
        systemSpawn.start(file, args, {
          ...events,
          onStderr(line) {
            sleptMs = 60_000;
            events.onStderr?.(line);
          },
        }),
    };
    const folder = tempFolder();
    const program = standIn(folder, 'ip', `tee ${folder}/written | { ${OBEDIENT}; }`);
    const ip = ipCoprocess({ spawn, clock, program, onStart: () => {} });
    after(() => ip.close());
    const lines = Array.from({ length: 5_000 }, (_, i) => `address replace number ${i}`);
    await assert.rejects(ip.change(lines, limit), { code: 'TOOL_TIMEOUT' });
    await ip.close();
    const written = readFileSync(join(folder, 'written'), 'utf8');
    assert.match(written, /number 1\n/);
    assert.doesNotMatch(written, /number 4999/);
  },
);

for (const [name, script, code] of [
  [
    'BusyBox',
    'echo "BusyBox v1.35.0 multi-call binary." >&2; echo "Usage: ip [OPTIONS]" >&2; exit 1',
    'TOOL_MISSING',
  ],
  [
    'an ip without -json',
    'echo "Option \\"-json\\" is unknown, try \\"ip -help\\"." >&2; exit 255',
    'TOOL_MISSING',
  ],
  ['an ip that ends without a word', 'exit 3', 'VIP_FAILED'],
] as const) {
  test(`coprocess: ${name} is an error that says what to install or do`, { timeout: 20_000 }, async () => {
    const { ip, pids } = standInIp(script);
    for (const _ of [1, 2]) await assert.rejects(ip.show('eth0', limit), { code });
    assert.equal(pids.length, 2, 'it is not started over and over');
  });
}

test('coprocess: a program that is not installed', async () => {
  const ip = ipCoprocess({
    spawn: systemSpawn,
    clock: systemClock,
    program: join(tempFolder(), 'ip'),
    onStart: () => assert.fail('nothing was started'),
  });
  await assert.rejects(ip.show('eth0', limit), { code: 'TOOL_MISSING', message: /iproute2/ });
  await ip.close();
});

test('coprocess: BusyBox itself', { timeout: 20_000 }, async (t) => {
  if (!needs(t, ['busybox'], { root: false })) return;
  const { ip } = standInIp('exec busybox ip "$@"');
  await assert.rejects(ip.show('lo', limit), { code: 'TOOL_MISSING', message: /iproute2/ });
});

test(
  'coprocess: the answer to a look that has no JSON in it is "don\'t know"',
  { timeout: 20_000 },
  async () => {
    const { ip } = standInIp(
      OBEDIENT.replace('case', 'case $line in address*) echo "2: lo: <UP>" ;; esac; case'),
    );
    await assert.rejects(ip.show('lo', limit), { code: 'VIP_UNKNOWN' });
  },
);

test('coprocess: close ends the program and refuses what comes after', { timeout: 20_000 }, async () => {
  const { ip, pids } = standInIp(OBEDIENT);
  await ip.change(['x'], limit);
  await ip.close();
  assert.ok(!existsSync(`/proc/${pids[0]}`));
  await assert.rejects(ip.change(['x'], limit), { code: 'VIP_FAILED' });
});

test('coprocess: every cut of a leased line adds nothing that stays', { timeout: 60_000 }, async (t) => {
  if (!needs(t, ['ip'])) return;
  const pair = makePair();
  const line = replaceLine(vipOf('10.77.0.100/32', LINK, `${LINK}:web`), { leaseSeconds: 30 });
  const before = addressesIn(pair);
  const whole = line.length - '30'.length;
  for (let length = 1; length <= whole; length += 1) {
    // Its last words are of no interest: whatever it says, no address may come of it.
    runTool('sh', ['-c', `ip -n "$1" -force -batch - || true`, 'sh', pair.here], line.slice(0, length));
    assert.deepEqual(addressesIn(pair), before, line.slice(0, length));
  }
});
