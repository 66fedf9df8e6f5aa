import type { Exec } from '../../core/ports.ts';
import { type Advice, COMMAND_MS } from '../plain/tools.ts';

/** One kernel setting that a holder of VIPs should know of. */
export interface Setting {
  readonly name: string;
  readonly families: readonly (4 | 6)[];
  /** What its value means; undefined when there is nothing to say. */
  advise(value: number): string | undefined;
}

/** Never rejects: a setting that cannot be read is left out. */
export async function adviceFrom(exec: Exec, settings: readonly Setting[]): Promise<readonly Advice[]> {
  const advice = settings.map(async ({ name, families, advise }): Promise<readonly Advice[]> => {
    const ran = await exec.run('sysctl', ['-n', name], { timeoutMs: COMMAND_MS });
    const value = ran.stdout.trim();
    if (ran.exitCode !== 0 || !/^\d+$/.test(value)) return [];
    const text = advise(Number(value));
    return text === undefined ? [] : [{ families, text }];
  });
  return (await Promise.all(advice)).flat();
}
