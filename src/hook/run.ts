import type { HookSettings } from '../core/hooks.ts';
import { lastLines } from '../core/last-lines.ts';
import type { Clock, Exec, Ran } from '../core/ports.ts';
import { SECOND_MS } from '../core/units.ts';
import type { Account, Accounts } from './account.ts';
import { hookWords, toldEnvironment, userEnvironment, type Told } from './call.ts';

export interface HookEnd {
  readonly words: readonly string[];
  readonly state: 'done' | 'failed' | 'timed out';
  /** Undefined when it had none. */
  readonly exitCode: number | undefined;
  /** What became of it, behind its name: `exit code 3`. */
  readonly text: string;
  /** The last lines of both streams. */
  readonly lines: readonly string[];
  readonly output: string;
  readonly tookMs: number;
}

export interface HookPorts {
  readonly exec: Exec;
  readonly clock: Clock;
  readonly accounts: Accounts;
  /** Whoever runs this process. */
  readonly own: Account;
}

/** Between being asked to end and being ended. */
export const HOOK_LAST_MS = 2 * SECOND_MS;
const OUTPUT_BYTES_MAX = 64 * 1024;

/** Never rejects. Takes `limitMs` and `HOOK_LAST_MS` at most, and takes with it all that it has started. */
export async function runHook(
  { exec, clock, accounts, own }: HookPorts,
  hook: HookSettings,
  { told, limitMs, signal }: { told: Told; limitMs: number; signal: AbortSignal },
): Promise<HookEnd> {
  const words = hookWords(hook, told);
  const begunAt = clock.nowMs();
  const ended = (end: Omit<HookEnd, 'words' | 'tookMs'>): HookEnd => ({
    ...end,
    words,
    tookMs: Math.round(clock.nowMs() - begunAt),
  });
  const runner = await runnerOf(hook, accounts, own);
  if ('problem' in runner) return ended({ ...NOT_STARTED, text: runner.problem });
  const [file = '', ...args] = words;
  const ran = await exec.run(file, args, {
    timeoutMs: limitMs,
    env: { ...userEnvironment(runner.account), ...toldEnvironment(hook, told) },
    ...{ bare: true, folder: '/', withOffspring: true, lastMs: HOOK_LAST_MS },
    ...{ outputBytesMax: OUTPUT_BYTES_MAX, signal },
    ...(runner.as === undefined ? {} : { as: runner.as }),
  });
  return ended(endOf(ran, { limitMs, signal, name: runner.account.name }));
}

const NOT_STARTED = { state: 'failed', exitCode: undefined, lines: [], output: '' } as const;

interface Runner {
  readonly account: Account;
  readonly as: { readonly uid: number; readonly gid: number } | undefined;
}

/** One group and no other goes with the user, on every system alike. */
export async function runnerOf(
  { user, group }: Pick<HookSettings, 'user' | 'group'>,
  accounts: Accounts,
  own: Account,
): Promise<Runner | { readonly problem: string }> {
  const account = user === '' ? own : await accounts.user(user);
  if (account === undefined) return { problem: `there is no user ${user} on this host` };
  const gid = group === '' ? account.gid : await accounts.group(group);
  if (gid === undefined) return { problem: `there is no group ${group} on this host` };
  if (account.uid === own.uid && gid === own.gid) return { account, as: undefined };
  if (own.uid !== 0)
    return {
      problem: `${own.name} may not run it as ${account.name}${group === '' ? '' : ` with group ${group}`}; only root may`,
    };
  return { account, as: { uid: account.uid, gid } };
}

function endOf(
  ran: Ran,
  { limitMs, signal, name }: { limitMs: number; signal: AbortSignal; name: string },
): Omit<HookEnd, 'words' | 'tookMs'> {
  const { exitCode, timedOut, missing, stdout, stderr } = ran;
  const said = { lines: lastLines(ran), output: stdout + stderr };
  if (missing)
    return { ...NOT_STARTED, text: 'it is not there, or the interpreter that its first line names is not' };
  if (timedOut) {
    const text = `ended after ${limitMs / SECOND_MS} s, because it had not ended by itself`;
    return { ...said, state: 'timed out', exitCode: undefined, text };
  }
  if (signal.aborted)
    return { ...said, state: 'failed', exitCode: undefined, text: 'ended, because the daemon ends' };
  if (exitCode >= 0)
    return { ...said, state: exitCode === 0 ? 'done' : 'failed', exitCode, text: `exit code ${exitCode}` };
  if (/^spawn .* EACCES$/.test(stderr)) return { ...NOT_STARTED, text: `${name} may not run it` };
  return {
    ...said,
    state: 'failed',
    exitCode: undefined,
    text: 'it could not be started, or a signal ended it',
  };
}
