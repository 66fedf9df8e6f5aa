import { systemExec } from '../../../src/system/exec.ts';

const LIMIT_MS = 10_000;

/** A tool that must do what it is told: a network that cannot be set up makes every test of it worthless. */
export async function mustRun(file: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await systemExec.run(file, args, { timeoutMs: LIMIT_MS });
  if (exitCode === 0) return stdout;
  throw new Error(`${[file, ...args].join(' ')}: exit ${exitCode}: ${stderr.trim()}`);
}

/** Its exit code and stdout, whatever comes of it. */
export async function tryRun(
  file: string,
  args: readonly string[],
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  return systemExec.run(file, args, { timeoutMs: LIMIT_MS });
}
