import type { Exec, Supervisor } from '../core/ports.ts';

/**
 * systemd, as sd_notify(3) speaks to it. Node has no datagrams on Unix sockets, so each word costs a child: they run one after
 * another, nobody waits for them, and what has not been said when newer words come is said together with them.
 */
const PROGRAM = 'systemd-notify';
const TIMEOUT_MS = 2_000;
const WAITING_MAX = 8;
/** Only the newest of these matters; the others are steps, whose order is their meaning. */
const REPLACEABLE = new Set(['STATUS', 'WATCHDOG']);

/** Nobody watches over this process, or nobody who wants to be told. */
export const noSupervisor: Supervisor = { tell: () => undefined, watchdogMs: 0 };

export function systemSupervisor({
  exec,
  env,
  pid,
  onTrouble,
}: {
  exec: Exec;
  env: Readonly<Record<string, string | undefined>>;
  pid: number;
  /** Once, until it works again. */
  onTrouble: (cause: string) => void;
}): Supervisor {
  if ((env['NOTIFY_SOCKET'] ?? '') === '') return noSupervisor;
  let waiting: Record<string, string>[] = [];
  let busy = false;
  let troubled = false;

  const sayNext = async (): Promise<void> => {
    const words = waiting.shift();
    if (busy || words === undefined) return;
    busy = true;
    const texts = Object.entries(words).map(([name, value]) => `${name}=${value}`);
    const { exitCode, stderr, missing, timedOut } = await exec.run(PROGRAM, texts, { timeoutMs: TIMEOUT_MS });
    busy = false;
    const cause = missing
      ? `${PROGRAM} is not installed`
      : timedOut
        ? `${PROGRAM} did not end within ${TIMEOUT_MS / 1_000} s`
        : `${PROGRAM}: exit code ${exitCode} ${stderr.trim()}`.trimEnd();
    if (exitCode === 0) troubled = false;
    else if (!troubled) {
      troubled = true;
      onTrouble(cause);
    }
    await sayNext();
  };

  return {
    tell(words) {
      const last = waiting.at(-1);
      if (last !== undefined && Object.keys(words).every((name) => REPLACEABLE.has(name))) {
        Object.assign(last, words);
      } else waiting = [...waiting, { ...words }].slice(-WAITING_MAX);
      if (!busy) void sayNext();
    },
    watchdogMs: watchdogMs(env, pid),
  };
}

/** Meant for one process: a child that inherits the words does not feed the watchdog of its parent. */
function watchdogMs(env: Readonly<Record<string, string | undefined>>, pid: number): number {
  const meantFor = env['WATCHDOG_PID'] ?? '';
  if (meantFor !== '' && meantFor !== String(pid)) return 0;
  const microseconds = Number(env['WATCHDOG_USEC'] ?? 0);
  return Number.isFinite(microseconds) && microseconds > 0 ? microseconds / 1_000 : 0;
}
