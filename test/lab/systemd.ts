import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { hasTool, toolEnv } from './host-tool.ts';
import { PROJECT } from './sealbeat.ts';
import { until } from './wait.ts';

/**
 * A real systemd as process 1 of namespaces of its own: processes, mounts, network, names and a part of the cgroup tree. What is
 * written in /etc and /var stays in its memory, and the units that would set up a machine are empty, so that nothing of the host
 * is touched.
 */
export interface Systemd {
  /** A command inside; `rc` is its exit code. */
  run(...words: string[]): { readonly rc: number; readonly text: string };
  /** Words that, before a command, have it run inside. */
  readonly entrance: readonly string[];
  /** A process inside that stays until the end. */
  start(...words: string[]): ChildProcess;
  end(): Promise<void>;
}

const SYSTEMD = '/lib/systemd/systemd';

/** Why none can be had here; undefined when one can. */
export function systemdProblem(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'systemd needs Linux and root';
  if (!existsSync(SYSTEMD)) return 'systemd is not installed';
  for (const tool of ['unshare', 'nsenter', 'setpriv', 'systemd-sysusers'])
    if (!hasTool(tool)) return `\`${tool}\` is not installed`;
  return cgroupRoot() === undefined ? 'no cgroup2 hierarchy is mounted' : undefined;
}

const cgroupRoot = (): string | undefined =>
  readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, , type]) => type === 'cgroup2')?.[1];

/** Where the checkout is found inside, wherever it is: /tmp is another one there, and a unit may not look into homes. */
const CHECKOUT = '/run/checkout';

/** A file of the checkout, as it is called inside. */
export const insideOf = (path: string): string =>
  path.startsWith(PROJECT) ? join(CHECKOUT, relative(PROJECT, path)) : path;

/** Shell lines: what is written in these folders stays in memory, for whoever is in this mount namespace. */
export const overlays = (folders: readonly string[]): string => `mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir ${CHECKOUT}
mount --bind '${PROJECT}' ${CHECKOUT}
for d in ${folders.join(' ')}; do
  mkdir -p /run/over/$d/up /run/over/$d/work
  mount -t overlay overlay -o lowerdir=/$d,upperdir=/run/over/$d/up,workdir=/run/over/$d/work /$d
done
mount -t tmpfs tmpfs /tmp
`;

const inside = (writable: readonly string[], before: string): string => `set -e
${overlays(writable)}${before}
mount -t sysfs sysfs /sys
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up
for t in sysinit basic network-online time-sync multi-user; do
  printf '[Unit]\\nDescription=%s\\n' $t >/etc/systemd/system/$t.target
done
printf '[Unit]\\nDescription=lab\\nWants=systemd-journald.service\\n' >/etc/systemd/system/lab.target
export container=lab
exec ${SYSTEMD} --system --unit=lab.target --log-target=journal --show-status=no
`;

/** /tmp is another one in there, and with it a PATH that leads there. */
export const insideEnv = { ...toolEnv, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

export interface SystemdOptions {
  readonly writable?: readonly string[];
  /** Shell lines that are run before systemd starts. */
  readonly before?: string;
  /** Whose network it has; one of its own unless given. */
  readonly namespace?: string;
}

let started = 0;

export async function startSystemd({
  writable = ['etc', 'var'],
  before = '',
  namespace,
}: SystemdOptions = {}): Promise<Systemd> {
  const cgroup = join(cgroupRoot() ?? '', `sealbeat-lab-${process.pid}-${(started += 1)}`);
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-systemd-'));
  writeFileSync(join(folder, 'inside'), inside(writable, before));
  mkdirSync(cgroup, { recursive: true });
  const network = namespace === undefined ? 'unshare --net' : `nsenter --net=/run/netns/${namespace}`;
  const unshare = `${network} unshare --pid --mount --uts --ipc --cgroup --fork --mount-proc --kill-child=SIGKILL`;
  const outer = spawn(
    'sh',
    [
      '-c',
      `echo $$ >'${cgroup}/cgroup.procs' && exec setpriv --pdeathsig KILL ${unshare} sh '${folder}/inside'`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env: insideEnv },
  );
  let said = '';
  for (const stream of [outer.stdout, outer.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const end = async (): Promise<void> => {
    outer.kill('SIGKILL');
    await until('systemd to end', 20_000, () => outer.exitCode !== null || outer.signalCode !== null);
    await until('its cgroups to go', 20_000, () => removed(cgroup));
    rmSync(folder, { recursive: true, force: true });
  };
  const emergency = (): void => void outer.kill('SIGKILL');
  process.once('exit', emergency);
  const first = (): string | undefined => childOf(outer.pid);
  try {
    await until(
      'systemd to run',
      30_000,
      () => isUp(first()),
      () => said.slice(-2000),
    );
  } catch (error) {
    await end();
    throw error;
  }
  const into = ['-t', first() ?? '', '-a'];
  return {
    entrance: ['nsenter', ...into],
    run(...words) {
      const ran = spawnSync('nsenter', [...into, ...words], {
        encoding: 'utf8',
        timeout: 60_000,
        env: insideEnv,
      });
      return { rc: ran.status ?? -1, text: `${ran.stdout}${ran.stderr}` };
    },
    start: (...words) => spawn('nsenter', [...into, ...words], { stdio: 'ignore', env: insideEnv }),
    end,
  };
}

function childOf(pid: number | undefined): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0] || undefined;
  } catch {
    return undefined; // it has ended
  }
}

function isUp(pid: string | undefined): boolean {
  if (pid === undefined || readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'systemd') return false;
  const asked = spawnSync('nsenter', ['-t', pid, '-a', 'systemctl', 'is-active', 'lab.target'], {
    timeout: 10_000,
    env: insideEnv,
  });
  return asked.status === 0;
}

function removed(cgroup: string): boolean {
  if (!existsSync(cgroup)) return true;
  const below = readdirSync(cgroup, { withFileTypes: true }).filter((one) => one.isDirectory());
  const all = below.map(({ name }) => removed(join(cgroup, name)));
  if (all.includes(false)) return false;
  return spawnSync('rmdir', [cgroup]).status === 0;
}
