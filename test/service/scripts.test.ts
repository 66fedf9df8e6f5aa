// Goal: our scripts take a program through its life under models of each system's rc.subr, daemon(8) and openrc-run.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { planFor } from '../../src/service/for-host.ts';
import { stamped } from '../../src/service/stamp.ts';
import { needs } from '../vip/lab.ts';
import { until } from '../lab/wait.ts';

const STAND_INS = join(import.meta.dirname, 'stand-ins');

/** Which shell reads the script, what stands in for the system's files, and what this system can do. */
const SYSTEMS = [
  { manager: 'freebsd', shell: ['dash'], supervised: true, checks: true, status: 'status' },
  { manager: 'netbsd', shell: ['dash'], supervised: false, checks: true, status: 'status' },
  { manager: 'openbsd', shell: ['mksh'], supervised: false, checks: false, status: 'check' },
  {
    manager: 'openrc',
    shell: [join(STAND_INS, 'openrc-run')],
    supervised: true,
    checks: true,
    status: 'status',
  },
] as const;
const STDIO: ('ignore' | 'pipe')[] = ['ignore', 'pipe', 'pipe'];
type System = (typeof SYSTEMS)[number];

interface Stage {
  call(verb: string): { readonly rc: number; readonly text: string };
  notes(): readonly string[];
  readonly broken: string;
  pid(): number;
}

function stageOf(t: TestContext, { manager, shell }: System): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-rc-'));
  const at = (name: string): string => join(folder, name);
  const wanted = {
    program: ['/usr/bin/perl', join(STAND_INS, 'sealbeat')],
    ...{ config: at('sealbeat.yaml'), identity: at('identity'), state: at('state') },
    control: join(at('run'), 'control.sock'),
  };
  writeFileSync(wanted.config, '');
  writeFileSync(at('rc.conf'), 'sealbeat_enable=YES\nsealbeat=YES\n');
  mkdirSync(at('run'));
  const [script] = planFor(manager, wanted).files;
  const subr = join(STAND_INS, manager === 'openbsd' ? 'rc.subr.openbsd' : 'rc.subr.bsd');
  const text = stamped(script!)
    .replace(/^\. \/etc\/(rc\.d\/)?rc\.subr$/m, `. ${subr}`)
    .replace('/usr/sbin/daemon', join(STAND_INS, 'daemon'))
    .replaceAll('/var/log/sealbeat.log', at('log'));
  writeFileSync(at('script'), text);
  chmodSync(at('script'), 0o755);
  const env = {
    ...process.env,
    ...{ PATH: `${STAND_INS}:${process.env['PATH']}`, NOTES: at('notes'), RC_CONF: at('rc.conf') },
    ...{
      SELF_DAEMON: join(STAND_INS, 'daemon'),
      PID_FILE: at('pid'),
      CHILD_FILE: at('child'),
      DAEMON_INSIDE: '',
    },
  };
  const [file, ...before] = shell;
  const call = (verb: string) => {
    const how = { encoding: 'utf8', timeout: 60_000, env, stdio: STDIO } as const;
    const ran = spawnSync(file, [...before, at('script'), verb], how);
    return { rc: ran.status ?? -1, text: `${ran.stdout}${ran.stderr}` };
  };
  t.after(() => {
    call('stop');
    rmSync(folder, { recursive: true });
  });
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  return {
    call,
    notes: () =>
      read(at('notes'))
        .split('\n')
        .filter((line) => line !== '' && line !== 'check'),
    broken: at('notes.broken'),
    pid: () => Number(read(manager === 'openrc' ? at('child') : join(at('run'), 'sealbeat.pid'))),
  };
}

for (const system of SYSTEMS) {
  test(`scripts: a life under ${system.manager}`, { timeout: 120_000 }, async (t) => {
    if (!needs(t, ['perl', 'dash', 'mksh'], { root: false })) return;
    const stage = stageOf(t, system);
    const good = (verb: string): void => {
      const { rc, text } = stage.call(verb);
      assert.equal(rc, 0, `${verb}: ${text}`);
    };
    const noted = (...words: string[]) =>
      until(
        `${words.join(' ')}`,
        20_000,
        () => stage.notes().join(' ') === words.join(' '),
        () => stage.notes().join(' '),
      );

    assert.notEqual(stage.call(system.status).rc, 0, 'it does not run yet');
    good('start');
    await noted('run');
    good(system.status);
    stage.call('start');
    good('reload');
    await noted('run', 'reload');
    writeFileSync(stage.broken, '');
    if (system.checks) assert.notEqual(stage.call('reload').rc, 0, 'a broken config is not read');
    await noted('run', 'reload');
    rmSync(stage.broken);
    good('restart');
    await noted('run', 'reload', 'stop', 'release', 'run');
    if (system.supervised) {
      process.kill(stage.pid(), 'SIGKILL');
      await noted('run', 'reload', 'stop', 'release', 'run', 'run');
    }
    good('stop');
    assert.deepEqual(stage.notes().slice(-2), ['stop', 'release']);
    assert.notEqual(stage.call(system.status).rc, 0, 'it does not run any more');
    writeFileSync(stage.broken, '');
    good('start');
    await until(
      'a start with a config that "check" complains of',
      20_000,
      () => stage.notes().at(-1) === 'run',
    );
  });
}
