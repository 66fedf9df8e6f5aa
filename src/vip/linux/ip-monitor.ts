import { type Child, type Clock, type Log, type Spawn, type Vip, type VipChange } from '../../core/ports.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import { vipKey } from '../address.ts';
import { type MonitorLine, parseMonitorLine } from './monitor-line.ts';

const BACKOFF_FIRST_MS = 100;
const BACKOFF_MAX_MS = 30 * SECOND_MS;
/** One that ran this long was in order; the next failure starts from the shortest pause again. */
const STEADY_MS = 10 * SECOND_MS;

export interface IpMonitor {
  /** Returns what stops it. The process runs while there is a watcher. */
  watch(vips: readonly Vip[], onChange: (change: VipChange) => void): () => void;
  /**
   * Ends the process until what is returned is called: who changes a thousand addresses and looks afterwards has no use
   * for a thousand words about it, which take as long as the changes.
   */
  pause(): () => void;
  /** What a look showed, where something may have happened while nobody listened. */
  seen(link: string, carrier: boolean): void;
  close(): void;
}

interface Watcher {
  readonly vipByKey: ReadonlyMap<string, Vip>;
  readonly links: ReadonlySet<string>;
  /** The last word about each link, because the kernel repeats itself. */
  readonly carriers: Map<string, boolean>;
  readonly onChange: (change: VipChange) => void;
}

/**
 * One `ip -o monitor address link` for all watchers, started again when it ends. The kernel drops events when it has
 * too many: what is reported is a hint to look, never the only way to know. Each renewal of a lease is an event, too.
 */
export function ipMonitor({
  spawn,
  clock,
  log,
  program,
  onStart,
}: {
  spawn: Spawn;
  clock: Clock;
  log: Log;
  program: string;
  /** Called with the process id of each program that is started. */
  onStart: (pid: number) => void;
}): IpMonitor {
  const watchers = new Set<Watcher>();
  let running: Child | undefined;
  let backoffMs = BACKOFF_FIRST_MS;
  let cancelRestart: (() => void) | undefined;
  let pauses = 0;

  const onStdout = (text: string) => {
    const line = parseMonitorLine(text);
    if (line !== undefined) for (const watcher of watchers) tell(watcher, line);
  };

  const start = () => {
    cancelRestart = undefined;
    const startedAt = clock.nowMs();
    const child = spawn.start(program, ['-o', 'monitor', 'address', 'link'], {
      onStdout,
      onEnd({ exitCode, missing }) {
        if (running !== child) return;
        running = undefined;
        if (clock.nowMs() - startedAt >= STEADY_MS) backoffMs = BACKOFF_FIRST_MS;
        const fields = { exitCode, missing, againInMs: backoffMs };
        log.warn(fields, 'ip monitor ended; changes made by others are seen by the regular look only');
        cancelRestart = clock.wakeAt(after(clock.nowMs(), backoffMs), start);
        backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS);
      },
    });
    running = child;
    if (child.pid !== undefined) onStart(child.pid);
  };

  const startIfWanted = () => {
    const isWanted = watchers.size > 0 && pauses === 0;
    if (isWanted && running === undefined && cancelRestart === undefined) start();
  };

  const stop = () => {
    cancelRestart?.();
    cancelRestart = undefined;
    const child = running;
    running = undefined;
    child?.kill();
  };

  return {
    watch(vips, onChange) {
      const watcher: Watcher = {
        vipByKey: new Map(vips.map((vip) => [vipKey(vip), vip])),
        links: new Set(vips.map(({ link }) => link)),
        carriers: new Map(),
        onChange,
      };
      watchers.add(watcher);
      startIfWanted();
      return () => {
        watchers.delete(watcher);
        if (watchers.size === 0) stop();
      };
    },
    pause() {
      pauses += 1;
      stop();
      return () => {
        pauses -= 1;
        startIfWanted();
      };
    },
    seen(link, carrier) {
      for (const watcher of watchers)
        if (watcher.carriers.has(link)) tell(watcher, { kind: 'link', link, carrier });
    },
    close() {
      watchers.clear();
      stop();
    },
  };
}

function tell({ vipByKey, links, carriers, onChange }: Watcher, line: MonitorLine): void {
  if (!links.has(line.link)) return;
  if (line.kind === 'address') {
    const vip = vipByKey.get(`${line.link} ${line.address}`);
    if (vip !== undefined) onChange({ kind: line.gone ? 'removed' : 'added', vip });
    return;
  }
  if (carriers.get(line.link) === line.carrier) return;
  carriers.set(line.link, line.carrier);
  onChange({ kind: 'carrier', link: line.link, up: line.carrier });
}
