import type { Clock } from '../core/ports.ts';
import type { StatusReport } from '../core/report.ts';
import type { Tallies } from './tallies.ts';

/** Metrics as text. What makes it is loaded when somebody asks for the first time. */
export function newScraper(ports: {
  readonly status: () => StatusReport;
  readonly tallies: Tallies;
  readonly clock: Clock;
  /** For how long nothing is due. */
  readonly quietMs: () => number;
}): () => Promise<string> {
  let loaded: Promise<() => Promise<string>> | undefined;
  const load = async (): Promise<() => Promise<string>> => {
    const [{ newScrape }, { processFacts }] = await Promise.all([
      import('../metrics/scrape.ts'),
      import('../metrics/process-facts.ts'),
    ]);
    const facts = () => ({
      status: ports.status(),
      counted: ports.tallies.counted(),
      process: processFacts(),
    });
    return newScrape({ facts, nowMs: () => ports.clock.nowMs(), quietMs: ports.quietMs });
  };
  return async () => (await (loaded ??= load()))();
}
