import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { askCarrierOfLinux } from '../../src/check/carrier.ts';
import { askFile } from '../../src/check/file.ts';
import { askProcessOfLinux } from '../../src/check/process.ts';
import { newProcesses } from '../../src/check/processes.ts';

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-check-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const is = (content: string) => ({ content, is: 'master' });
const adds = (content: string) => ({ content, is: undefined });
const contents: readonly [{ content: string; is: string | undefined }, said: string, number?: number][] = [
  [is('master'), 'good: is "master"'],
  [is(' master\r\n'), 'good: is "master"'],
  [is('backup\n'), 'bad: is "backup", not "master"'],
  [is(''), 'bad: is nothing, not "master"'],
  [is('x'.repeat(5_000)), `bad: is "${'x'.repeat(40)}…", not "master"`],
  [adds('7\n'), 'good: 7', 7],
  [adds('-254'), 'good: -254', -254],
  [adds('+3'), 'good: +3', 3],
  [adds('-0'), 'good: -0', 0],
  [adds('255'), 'unknown: is "255", not a whole number from -254 to 254'],
  [adds('1.5'), 'unknown: is "1.5", not a whole number from -254 to 254'],
  [adds('0x7'), 'unknown: is "0x7", not a whole number from -254 to 254'],
  [adds(''), 'unknown: is nothing, not a whole number from -254 to 254'],
];
for (const [{ content, is: wanted }, said, number] of contents) {
  test(`file: ${said}`, async () => {
    const answer = await askFile({ kind: 'file', file: '/x', is: wanted }, () => Promise.resolve(content));
    assert.equal(`${answer.said}: ${answer.text}`, said);
    assert.equal(answer.number, number);
  });
}

test('file: what is missing fails; what cannot be read says nothing; a pipe is not waited for', async (t) => {
  const folder = folderOf(t);
  const ask = (name: string, wanted: string | undefined = 'x') =>
    askFile({ kind: 'file', file: join(folder, name), is: wanted });
  assert.deepEqual(await ask('none'), { said: 'bad', text: `${folder}/none does not exist` });
  assert.equal((await askFile({ kind: 'file', file: join(folder, 'none'), is: undefined })).said, 'unknown');
  assert.deepEqual(await ask('.'), { said: 'unclear', text: `${join(folder, '.')} is a directory` });
  assert.equal(spawnSync('mkfifo', [join(folder, 'pipe')]).status, 0);
  assert.equal((await ask('pipe')).said, 'bad', 'nothing is in it');
});

test('interface: as Linux shows carriers', async (t) => {
  const folder = folderOf(t);
  for (const [name, carrier] of Object.entries({ eth0: '1\n', eth1: '0\n' })) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'carrier'), carrier);
  }
  const saidOf = async (link: string): Promise<string> => (await askCarrierOfLinux(link, folder)).text;
  assert.deepEqual(
    [await saidOf('eth0'), await saidOf('eth1'), await saidOf('eth2')],
    ['has a carrier', 'has no carrier', 'there is no such interface'],
  );
});

interface Host {
  readonly folder: string;
  put(pid: number, name: string, more?: { state?: string; exe?: string; command?: string }): void;
  end(pid: number): void;
}
function proc(t: TestContext): Host {
  const folder = folderOf(t);
  writeFileSync(join(folder, 'version'), 'Linux');
  return {
    folder,
    put(pid, name, { state = 'S', exe = `/usr/sbin/${name}`, command = '' } = {}) {
      const own = join(folder, `${pid}`);
      mkdirSync(own, { recursive: true });
      writeFileSync(join(own, 'stat'), `${pid} (${name.slice(0, 15)}) ${state} 1 1 1 0\n`);
      writeFileSync(join(own, 'cmdline'), command);
      rmSync(join(own, 'exe'), { force: true });
      symlinkSync(exe, join(own, 'exe'));
    },
    end: (pid) => rmSync(join(folder, `${pid}`), { recursive: true }),
  };
}

test('process: is found by name, forgotten when it ends, and found again', async (t) => {
  const host = proc(t);
  let nowMs = 0;
  const processes = newProcesses(() => nowMs, host.folder);
  const seen = async (name: string): Promise<string> => {
    nowMs += 1_000;
    return (await askProcessOfLinux(name, processes)).text;
  };
  host.put(7, 'haproxy');
  host.put(8, 'has (odd) name');
  assert.equal(await seen('haproxy'), 'runs as 7');
  assert.equal(await seen('haprox'), 'no such process');
  host.end(7);
  assert.equal(await seen('haproxy'), 'no such process');
  host.put(9, 'haproxy', { state: 'Z' });
  assert.equal(await seen('haproxy'), 'no such process', 'a zombie serves nobody');
  host.put(9, 'haproxy', { state: 'R' });
  assert.equal(await seen('haproxy'), 'runs as 9');
  host.put(9, 'other');
  assert.equal(await seen('haproxy'), 'no such process', 'its number was given to another');
});

test('process: a long name is what the kernel has of it, and the rest from the executable or the command line', async (t) => {
  const host = proc(t);
  const processes = newProcesses(() => 0, host.folder);
  host.put(4, 'systemd-networkd');
  host.put(5, 'systemd-network-generator');
  host.put(6, 'systemd-networkX', {
    exe: '/usr/bin/python3',
    command: '/usr/bin/python3\0/opt/systemd-network-script\0-v',
  });
  assert.equal(await processes.find('systemd-networkd'), '4');
  assert.equal(await processes.find('systemd-network-generator'), '5');
  assert.equal(await processes.find('systemd-network-script'), '6');
  assert.equal(await processes.find('systemd-network-other'), undefined);
});

test('process: all who ask at once share one look at the host', async (t) => {
  const host = proc(t);
  for (let pid = 1; pid <= 100; pid += 1) host.put(pid, `p${pid}`);
  let [asked, nowMs] = [0, 0];
  const processes = newProcesses(() => ((asked += 1), nowMs), host.folder);
  const found = await Promise.all(Array.from({ length: 100 }, (_, at) => processes.find(`p${at + 1}`)));
  assert.deepEqual([found[0], found.at(-1)], ['1', '100']);
  for (let pid = 1; pid <= 100; pid += 1) host.end(pid);
  for (let pid = 1; pid <= 100; pid += 1) host.put(pid + 100, `p${pid}`);
  [asked, nowMs] = [0, 1_000];
  const again = await Promise.all(Array.from({ length: 100 }, (_, at) => processes.find(`p${at + 1}`)));
  assert.deepEqual([again[0], again.at(-1)], ['101', '200'], 'a successor is found at once');
  assert.equal(asked, 101, 'each asked the time once, and the one look that there was when it had ended');
});

test('process: this one', async (t) => {
  if (process.platform !== 'linux') return t.skip('there is no /proc');
  const processes = newProcesses(() => performance.now());
  const [, name = ''] =
    /\((.*)\)/.exec((await import('node:fs')).readFileSync('/proc/self/stat', 'utf8')) ?? [];
  assert.match((await askProcessOfLinux(name, processes)).text, /^runs as \d+$/);
});
