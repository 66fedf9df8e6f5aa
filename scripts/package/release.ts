import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { env } from 'node:process';

/** What every package of one build says of itself. */
export interface Release {
  readonly version: string;
  /** The date that every file in a package has: the same sources give the same packages. */
  readonly epochSeconds: number;
}

export function releaseOf(version?: string): Release {
  const own = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
  const wanted = version ?? own;
  if (!/^[0-9]+(\.[0-9]+)*(~[a-z0-9.]+)?$/.test(wanted))
    throw new Error(`"${wanted}" is no version that every package format takes, such as 0.2.0 or 0.2.0~rc1`);
  return { version: wanted, epochSeconds: epoch() };
}

/** https://reproducible-builds.org/specs/source-date-epoch/; else the commit's date, else, without git, package.json's. */
function epoch(): number {
  const said = env['SOURCE_DATE_EPOCH'];
  if (said !== undefined && /^[0-9]+$/.test(said)) return Number(said);
  try {
    const words = ['log', '-1', '--format=%ct'];
    return Number(execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return Math.floor(statSync('package.json').mtimeMs / 1_000);
  }
}
