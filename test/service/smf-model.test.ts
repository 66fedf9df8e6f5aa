// Goal: our manifest takes a program through its life under a model of svc.startd(8) with startd/duration=child.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { smfManifest } from '../../src/service/smf.ts';
import { needs } from '../vip/lab.ts';
import { until } from '../lab/wait.ts';

/** What svccfg(8) would have read, and what svc.startd does with it. */
function startd(manifest: string, env: NodeJS.ProcessEnv) {
  const unescaped = (text: string): string => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  const method = (name: string): string =>
    unescaped(new RegExp(`<exec_method type="method" name="${name}" exec="([^"]*)"`).exec(manifest)![1]!);
  assert.match(manifest, /name="duration" type="astring" value="child"/);
  const awaited = /value="file:\/\/localhost([^"]+)"/.exec(manifest)![1]!;
  let state: 'disabled' | 'offline' | 'online' | 'maintenance' = 'disabled';
  let child: ChildProcess | undefined;
  const start = (): void => {
    if (!existsSync(awaited)) return void (state = 'offline');
    state = 'online';
    child = spawn('sh', ['-c', `exec ${method('start')}`], { stdio: 'ignore', env });
    child.once('exit', (code) => {
      if (state !== 'online') return;
      if (code === 95 || code === 96) state = 'maintenance';
      else setTimeout(start, 100);
    });
  };
  const signal = (name: string): void => {
    const [, wanted] = /^:kill -(\w+)$/.exec(method(name))!;
    child?.kill(`SIG${wanted}` as NodeJS.Signals);
  };
  return {
    state: () => state,
    enable: start,
    refresh: () => signal('refresh'),
    crash: () => child?.kill('SIGKILL'),
    disable() {
      state = 'disabled';
      signal('stop');
    },
  };
}

test('manifest: a life under a model of svc.startd', { timeout: 60_000 }, async (t) => {
  if (!needs(t, ['perl'], { root: false })) return;
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-smf-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const notesPath = join(folder, 'notes');
  const notes = (): string =>
    existsSync(notesPath) ? readFileSync(notesPath, 'utf8').trim().split('\n').join(' ') : '';
  const noted = (words: string) => until(words, 20_000, () => notes() === words, notes);
  const config = join(folder, 'sealbeat.yaml');
  const manifest = smfManifest({
    program: ['/usr/bin/perl', join(import.meta.dirname, 'stand-ins', 'sealbeat')],
    ...{ config, identity: join(folder, 'identity'), state: folder, control: join(folder, 'control.sock') },
  });
  const service = startd(manifest, {
    ...process.env,
    NOTES: notesPath,
    SMF_FMRI: 'svc:/network/sealbeat:default',
  });
  t.after(service.crash);

  service.enable();
  assert.equal(service.state(), 'offline', 'there is no config yet');
  writeFileSync(config, '');
  service.enable();
  await noted('run');
  service.refresh();
  await noted('run reload');
  service.crash();
  await noted('run reload run');
  service.disable();
  await noted('run reload run stop');
  writeFileSync(`${notesPath}.maintenance`, '');
  service.enable();
  await until('maintenance', 20_000, () => service.state() === 'maintenance');
});
