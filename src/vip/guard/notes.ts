import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock } from '../../core/ports.ts';
import { after, MINUTE_MS, SECOND_MS } from '../../core/units.ts';

/**
 * What one process leaves and the next takes over: `FOLDER/left-…/NUMBER` for each line, with the line in it. Whoever
 * takes a note away has the line from then on. The guard of the process that left reads them when its time has come.
 */
export interface Notes {
  /** Returns the folder of these notes. */
  write(lines: readonly string[]): string;
  /** Settles when nobody else will run these lines any more, or has run them. */
  takeOver(lines: readonly string[]): Promise<void>;
}

const PREFIX = 'left-';
const FIRED_EVERY_MS = 20;
const FIRED_MS_MAX = 5 * SECOND_MS;
/** Longer than anybody leaves anything. */
const STALE_MS = 60 * MINUTE_MS;

export function notesIn(folder: string, clock: Clock): Notes {
  const foldersLeft = (): readonly string[] =>
    namesIn(folder)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => join(folder, name));

  const untilFired = async (left: string): Promise<void> => {
    const giveUpAt = after(clock.nowMs(), FIRED_MS_MAX);
    while (namesIn(left).includes('firing') && clock.nowMs() < giveUpAt)
      await new Promise<void>((wake) => clock.wakeAt(after(clock.nowMs(), FIRED_EVERY_MS), wake));
  };

  return {
    write(lines) {
      if (folder.includes('\n')) throw new Error(`a line break in ${JSON.stringify(folder)}`);
      mkdirSync(folder, { recursive: true });
      const left = mkdtempSync(join(folder, PREFIX));
      lines.forEach((line, at) => writeFileSync(join(left, String(at + 1)), line));
      return left;
    },
    async takeOver(lines) {
      const wanted = new Set<string | undefined>(lines);
      for (const left of foldersLeft()) {
        const notes = namesIn(left).filter((name) => /^\d+$/.test(name));
        const ours = notes.map((name) => join(left, name)).filter((path) => wanted.has(textOf(path)));
        ours.forEach((path) => rmSync(path, { force: true }));
        if (ours.length > 0) await untilFired(left);
        else if (notes.length === 0 && isStale(left, clock)) rmSync(left, { recursive: true, force: true });
      }
    },
  };
}

/** Of a guard that was ended before it could tidy up. */
function isStale(left: string, clock: Clock): boolean {
  const stat = statSync(left, { throwIfNoEntry: false });
  return stat !== undefined && clock.wallMs() - stat.mtimeMs > STALE_MS;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
