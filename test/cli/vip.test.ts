import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startControlServer } from '../../src/control/server.ts';
import { formatKeyFile } from '../../src/keys/keyfile.ts';
import { systemRandom } from '../../src/system/random.ts';
import { makeIdentity } from '../../src/wire/identity.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { fakePort } from '../fakes/control-port.ts';
import { requireBuilt } from '../lab/sealbeat.ts';

interface Pair {
  readonly control: string;
  /** The options that every command here needs. */
  readonly files: readonly string[];
}

/** lb1 of a pair whose VIPs are files in a directory. lb2 has no interface for the group `elsewhere` shares with lb1. */
function pair(t: TestContext): Pair {
  const directory = mkdtempSync(join(tmpdir(), 'sealbeat-vip-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const [one, two] = [makeIdentity(systemRandom), makeIdentity(systemRandom)];
  const link = join(directory, 'eth0');
  mkdirSync(link);
  const identity = join(directory, 'identity');
  writeFileSync(identity, formatKeyFile([one]), { mode: 0o600 });
  chmodSync(identity, 0o600);
  const config = join(directory, 'sealbeat.yaml');
  writeFileSync(
    config,
    `cluster: mail
nodes:
  lb1: { key: ${one.public.line}, paths: [udp://127.0.0.1:7112] }
  lb2: { key: ${two.public.line}, paths: [udp://127.0.0.2:7112] }
groups:
  web:
    adapter: simulated
    interface: ${link}
    vips: [10.10.10.42, "2001:db8::42"]
  elsewhere:
    adapter: simulated
    interface: { lb2: ${link} }
    vips: [10.10.10.43]
`,
  );
  const control = join(directory, 'control.sock');
  return { control, files: ['--config', config, '--identity', identity] };
}

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A process of its own: what stays on the host once it has ended is the question. */
function sealbeat(...args: readonly string[]): Promise<Said> {
  requireBuilt();
  const program = new URL('../../bin/sealbeat', import.meta.url).pathname;
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 20_000 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, out, err });
    });
  });
}

test(
  'vip: up stays when the command has ended, down takes it off again, show looks',
  { timeout: 60_000 },
  async (t) => {
    const { control, files } = pair(t);
    const shown = async (): Promise<string[]> =>
      (
        JSON.parse((await sealbeat('vip', 'show', 'web', '--json', ...files)).out) as {
          address: string;
          present: boolean;
        }[]
      ).map(({ address, present }) => `${address} ${present}`);
    assert.deepEqual(await shown(), ['10.10.10.42 false', '2001:db8::42 false']);

    const up = await sealbeat('vip', 'up', 'web', '--control', control, ...files);
    assert.equal(up.code, 0, up.err);
    assert.match(
      up.out,
      /^10\.10\.10\.42\/32 on [^ ]*eth0 {2}present\n2001:db8::42\/128 on [^ ]*eth0 {2}present\n$/,
    );
    assert.match(up.err, /they stay until "sealbeat vip down web"/);
    assert.deepEqual(await shown(), ['10.10.10.42 true', '2001:db8::42 true']);

    const down = await sealbeat('vip', 'down', 'web', '--control', control, ...files);
    assert.deepEqual([down.code, down.out.match(/absent/g)?.length], [0, 2]);
    assert.deepEqual(await shown(), ['10.10.10.42 false', '2001:db8::42 false']);
  },
);

test('vip: up and down are refused beside a daemon, unless forced', { timeout: 60_000 }, async (t) => {
  const { control, files } = pair(t);
  const server = await startControlServer(
    { path: control, group: '' },
    { port: fakePort(), log: collectedLog() },
  );
  t.after(() => server.close());
  for (const verb of ['up', 'down']) {
    const refused = await sealbeat('vip', verb, 'web', '--control', control, ...files);
    assert.deepEqual([refused.code, refused.out], [1, '']);
    assert.match(
      refused.err,
      /error: the daemon of lb1 runs, and decides where web is\n.*hint: sealbeat switchover web/,
    );
  }
  const forced = await sealbeat('vip', 'down', 'web', '--force', '--control', control, ...files);
  assert.equal(forced.code, 0, forced.err);
});

test(
  'vip: when it cannot be seen whether a daemon runs, it is refused too',
  { timeout: 60_000 },
  async (t) => {
    const { control, files } = pair(t);
    const refused = await sealbeat(
      'vip',
      'down',
      'web',
      '--control',
      join(control, 'x'.repeat(200)),
      ...files,
    );
    assert.equal(refused.code, 1);
    assert.match(refused.err, /it cannot be seen whether a daemon runs: /);
  },
);

test(
  'vip: a group that is not there, or not on this node, is refused with the groups',
  { timeout: 60_000 },
  async (t) => {
    const { files } = pair(t);
    const unknown = await sealbeat('vip', 'show', 'wbe', ...files);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /has no group "wbe"\n.*hint: the groups are elsewhere, web/);
    const elsewhere = await sealbeat('vip', 'show', 'elsewhere', ...files);
    assert.equal(elsewhere.code, 1);
    assert.match(
      elsewhere.err,
      /gives lb1 no interface for every VIP of elsewhere\n.*hint: add lb1 under groups\.elsewhere\.interface/,
    );
  },
);
