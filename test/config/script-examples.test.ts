// Goal: the programs that an operator copies are sound shell, and do with ipadm what the adapter expects of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { needs, standIn, tempFolder } from '../vip/lab.ts';

const folder = join(import.meta.dirname, '..', '..', 'config', 'scripts');
const NAMES = ['post-up.sh', 'ucarp-down.sh', 'ucarp-up.sh', 'vip-down.sh', 'vip-show.sh', 'vip-up.sh'];

test('script examples: these are all, and can be run', () => {
  assert.deepEqual(readdirSync(folder).toSorted(), NAMES);
  for (const name of NAMES) assert.equal(statSync(join(folder, name)).mode & 0o111, 0o111);
});

test('script examples: shellcheck finds nothing', (t) => {
  if (!needs(t, ['shellcheck'], { root: false })) return;
  const { stdout, status } = spawnSync(
    'shellcheck',
    ['-s', 'sh', ...NAMES.map((name) => join(folder, name))],
    {
      encoding: 'utf8',
    },
  );
  assert.equal(stdout, '');
  assert.equal(status, 0);
});

/** An ipadm that keeps one address in a file; `state` is what the kernel makes of a new one. */
const IPADM = (folder: string, state: string) => `
case "$*" in
  'create-addr -t -T static -a 10.0.0.42/32 e1000g0/vip100042') echo ${state} > ${folder}/state ;;
  'delete-addr e1000g0/vip100042') rm ${folder}/state ;;
  'show-addr -p -o addrobj,state') echo lo0/v4:ok
    [ ! -e ${folder}/state ] || echo "e1000g0/vip100042:$(cat ${folder}/state)" ;;
  'show-addr -p -o state e1000g0/vip100042' | 'show-addr e1000g0/vip100042') cat ${folder}/state ;;
  *) echo "unknown: $*" >&2; exit 64 ;;
esac`;

const exitCodes = (state: string, calls: readonly string[]): readonly (number | null)[] => {
  const bin = tempFolder();
  standIn(bin, 'ipadm', IPADM(bin, state));
  const env = { PATH: `${bin}:${process.env['PATH']}` };
  return calls.map(
    (name) =>
      spawnSync('/bin/sh', [join(folder, `vip-${name}.sh`), 'e1000g0', '10.0.0.42'], { env, stdio: 'ignore' })
        .status,
  );
};

test('script examples: up and down may be run again, and show tells', () => {
  const calls = ['down', 'show', 'up', 'up', 'show', 'down', 'show', 'down'];
  assert.deepEqual(exitCodes('ok', calls), [0, 1, 0, 0, 0, 0, 1, 0]);
});

test('script examples: a duplicate is refused, and does not stay', () => {
  assert.deepEqual(exitCodes('duplicate', ['up', 'show', 'down']), [1, 1, 0]);
});

/** An `ip` that keeps addresses in a file, and refuses what the true one refuses. */
const IP = (folder: string) => `
touch ${folder}/has
case "$*" in
  'address replace 10.0.0.42/32 dev eth0') echo 10.0.0.42 > ${folder}/has ;;
  'address del 10.0.0.42/32 dev eth0')
    grep -q . ${folder}/has || { echo 'Error: ipv4: Address not found.' >&2; exit 2; }
    [ -e ${folder}/stuck ] || : > ${folder}/has ;;
  '-o address show dev eth0 to 10.0.0.42') sed 's,.*,2: eth0 inet &/32 scope global eth0,' ${folder}/has ;;
  *) echo 'Cannot find device "eth9"' >&2; exit 1 ;;
esac`;

test("script examples: ucarp's form, on Linux, with a word more and without", () => {
  const bin = tempFolder();
  standIn(bin, 'ip', IP(bin));
  standIn(bin, 'arping', `echo "$*" >> ${bin}/announced`);
  const env = { PATH: `${bin}:${process.env['PATH']}` };
  const run = (name: string, ...args: readonly string[]) =>
    spawnSync('/bin/sh', [join(folder, name), ...args], { env, stdio: 'ignore' }).status;
  assert.equal(run('ucarp-down.sh', 'eth0', '10.0.0.42'), 0, 'not there before');
  for (const _ of [1, 2]) assert.equal(run('ucarp-up.sh', 'eth0', '10.0.0.42', 'web'), 0);
  writeFileSync(join(bin, 'stuck'), '');
  assert.equal(run('ucarp-down.sh', 'eth0', '10.0.0.42'), 1, 'it is still there');
  rmSync(join(bin, 'stuck'));
  for (const _ of [1, 2]) assert.equal(run('ucarp-down.sh', 'eth0', '10.0.0.42', 'web'), 0);
  assert.equal(run('ucarp-up.sh', 'eth9', '10.0.0.42'), 1);
  assert.equal(run('ucarp-down.sh', 'eth9', '10.0.0.42'), 0, 'nothing is on an interface that is gone');
});

test('script examples: post-up.sh starts the service, and refuses an epoch that is old', () => {
  const here = tempFolder();
  const start = standIn(here, 'start', `echo "$@" >> ${here}/started`);
  const run = (epoch: number) =>
    spawnSync('/bin/sh', [join(folder, 'post-up.sh'), 'haproxy'], {
      encoding: 'utf8',
      env: {
        ...{ PATH: process.env['PATH'], SERVICE_COMMAND: start, STATE_FILE: join(here, 'state', 'web') },
        ...{ SEALBEAT_GROUP: 'web', SEALBEAT_EPOCH: String(epoch) },
      },
    });
  const ends = [16, 24, 24, 16].map(run);
  assert.deepEqual(
    ends.map(({ status }) => status),
    [0, 0, 0, 1],
  );
  assert.equal(ends[3]!.stderr, 'epoch 16 is older than 24: not for me any more\n');
  assert.equal(readFileSync(join(here, 'started'), 'utf8'), 'start haproxy\n'.repeat(3));
});
