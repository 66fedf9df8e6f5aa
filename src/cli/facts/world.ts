import type { Exec } from '../../core/ports.ts';
import type { StatusReport } from '../../core/report.ts';
import type { PathSettings } from '../../core/settings.ts';

/** The host as `doctor` looks at it. Nothing here changes anything, and nothing takes longer than a few seconds. */
export interface World {
  readonly exec: Exec;
  readonly platform: NodeJS.Platform;
  readonly euid: number;
  /** Undefined when it is not there or not for us. */
  readText(path: string): string | undefined;
  /** Names in a folder; none where there is no folder. */
  list(folder: string): readonly string[];
  readLink(path: string): string | undefined;
  resolve(host: string): Promise<string | undefined>;
  /** Listens there for a moment; why it couldn't, as the system's code. */
  portProblem(path: PathSettings): Promise<string | undefined>;
  pause(ms: number): Promise<void>;
  /** Throws OperatorError. */
  status(control: string): Promise<StatusReport>;
  agentPid(control: string): Promise<number | undefined>;
}

const COMMAND_MS = 3_000;

/** What a program printed, whatever its exit code; undefined when it is missing, or hung. */
export async function saidBy(
  { exec }: Pick<World, 'exec'>,
  file: string,
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string } | undefined> {
  const ran = await exec.run(file, args, { timeoutMs: COMMAND_MS });
  return ran.missing || ran.timedOut ? undefined : ran;
}

export function jsonFrom(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // an older tool, or one that was cut short: then this is not known
  }
}

export type Json = Readonly<Record<string, unknown>>;

export const objectsIn = (value: unknown): readonly Json[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : []).filter(
    (one): one is Json => typeof one === 'object' && one !== null && !Array.isArray(one),
  );

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
