import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { OperatorError, type ErrorCode } from '../../src/core/errors.ts';
import { type Vip, type VipChange } from '../../src/core/ports.ts';
import { type AdapterName, type AnnounceMethod, type GroupSettings } from '../../src/core/settings.ts';
import { type Call, type PlainError, type Report } from './agent-messages.ts';

/** `agent.ts` in a process of its own, inside a network namespace if one is named. */
export interface RemoteAgent {
  readonly process: ChildProcess;
  readonly pid: number;
  readonly problems: readonly PlainError[];
  readonly changes: readonly VipChange[];
  readonly logged: readonly string[];
  up(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  renew(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  down(vips: readonly Vip[]): Promise<void>;
  look(vips: readonly Vip[]): Promise<readonly Vip[]>;
  plan(vips: readonly Vip[], leaseSeconds: number): Promise<{ up: string[]; down: string[] }>;
  announce(vips: readonly Vip[]): Promise<void>;
  watch(vips: readonly Vip[]): Promise<void>;
  leave(vips: readonly Vip[], leaseSeconds: number): Promise<void>;
  close(): Promise<void>;
  /** One more, started in the same way. */
  another(): RemoteAgent;
  /** Settles when it is dead. */
  kill(): Promise<void>;
}

export interface AgentOptions {
  readonly namespace?: string;
  readonly adapter?: AdapterName;
  readonly method?: AnnounceMethod;
  /** What its group has beside an adapter. */
  readonly group?: Partial<GroupSettings>;
  readonly stateDirectory?: string;
  /** The system that it takes this one for. */
  readonly platform?: NodeJS.Platform;
  /** In front of the program: `setpriv …`. */
  readonly wrapper?: readonly string[];
  /** Folder that is first on its PATH. */
  readonly firstOnPath?: string;
  /** The whole of its PATH. */
  readonly path?: string;
}

export function startAgent(options: AgentOptions): RemoteAgent {
  const {
    namespace,
    adapter = 'linux',
    method = 'none',
    platform = 'linux',
    wrapper = [],
    firstOnPath,
    path,
    group = {},
    stateDirectory = '',
  } = options;
  const inside = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
  const ownPath = process.env['PATH'] ?? '';
  const itsPath = path ?? (firstOnPath === undefined ? ownPath : `${firstOnPath}:${ownPath}`);
  const program = [
    process.execPath,
    join(import.meta.dirname, 'agent.ts'),
    adapter,
    method,
    platform,
    JSON.stringify(group),
    stateDirectory,
  ];
  const [file = '', ...args] = [...inside, ...wrapper, 'env', `PATH=${itsPath}`, ...program];
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });

  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const problems: PlainError[] = [];
  const changes: VipChange[] = [];
  const logged: string[] = [];
  let calls = 0;

  const onReport = (report: Report) => {
    switch (report.kind) {
      case 'done':
        return waiting.get(report.id)?.resolve(report.value);
      case 'failed': {
        const { code, message, hint } = report.error;
        return waiting.get(report.id)?.reject(new OperatorError(code as ErrorCode, message, { hint }));
      }
      case 'problem':
        return void problems.push(report.error);
      case 'change':
        return void changes.push(report.change);
      case 'log':
        return void logged.push(report.text);
    }
  };
  createInterface({ input: child.stdout }).on('line', (line) => onReport(JSON.parse(line) as Report));
  child.stdin.on('error', () => {}); // it is killed on purpose
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) reject(new Error(`the agent ended (${signal ?? code})`));
  });
  const ended = once(child, 'exit');

  const call = (method: Call['method'], vips: readonly Vip[] = [], leaseSeconds = 0): Promise<unknown> => {
    const id = (calls += 1);
    const outcome = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
    child.stdin.write(`${JSON.stringify({ id, method, vips, leaseSeconds } satisfies Call)}\n`);
    return outcome;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  after(kill);

  return {
    process: child,
    pid: child.pid ?? 0,
    problems,
    changes,
    logged,
    up: (vips, leaseSeconds) => call('up', vips, leaseSeconds) as Promise<void>,
    renew: (vips, leaseSeconds) => call('renew', vips, leaseSeconds) as Promise<void>,
    down: (vips) => call('down', vips) as Promise<void>,
    look: (vips) => call('look', vips) as Promise<readonly Vip[]>,
    plan: (vips, leaseSeconds) =>
      call('plan', vips, leaseSeconds) as Promise<{ up: string[]; down: string[] }>,
    announce: (vips) => call('announce', vips) as Promise<void>,
    watch: (vips) => call('watch', vips) as Promise<void>,
    leave: (vips, leaseSeconds) => call('leave', vips, leaseSeconds) as Promise<void>,
    close: () => call('close') as Promise<void>,
    another: () => startAgent(options),
    kill,
  };
}
