import { Worker } from 'node:worker_threads';
import { run, type RunOptions } from './run.ts';

/** Many seeds, one after the other, on one or several threads. */
export interface Campaign {
  readonly from: number;
  readonly seeds: number;
  readonly options: RunOptions;
  /** Go on after the first seed that breaks something. */
  readonly keepsGoing: boolean;
}

export interface Found {
  readonly seed: number;
  readonly scenario: string;
  readonly invariant: string;
  readonly text: string;
}

/** What a thread has done since it last said so. */
export interface Progress {
  readonly seeds: number;
  readonly events: number;
  readonly simulatedMs: number;
  readonly found: readonly Found[];
}

export interface WorkerData extends Campaign {
  readonly job: number;
  readonly jobs: number;
}

const SAY_EVERY_SEEDS = 10;

/** The seeds of one job: every `jobs`th of them. Deterministic but for when it reports. */
export function* seedsOf({ from, seeds, options, keepsGoing, job, jobs }: WorkerData): Generator<Progress> {
  let done = { seeds: 0, events: 0, simulatedMs: 0, found: [] as Found[] };
  for (let seed = from + job; seed < from + seeds; seed += jobs) {
    const { violation, scenario, world } = run(seed, options);
    done.seeds += 1;
    done.events += world.events;
    done.simulatedMs += world.now;
    if (violation !== undefined) {
      const { invariant, message } = violation;
      done.found.push({ seed, scenario, invariant, text: message.split('\n')[0]! });
    }
    const isOver = violation !== undefined && !keepsGoing;
    if (done.seeds >= SAY_EVERY_SEEDS || done.found.length > 0 || isOver) {
      yield done;
      done = { seeds: 0, events: 0, simulatedMs: 0, found: [] };
    }
    if (isOver) return;
  }
  yield done;
}

/** Settles when all is done, or when something was found and that is enough. */
export async function runCampaign(
  campaign: Campaign,
  jobs: number,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const workers = Array.from({ length: jobs }, (_, job) => {
    const workerData: WorkerData = { ...campaign, job, jobs };
    return new Worker(new URL('./campaign-worker.ts', import.meta.url), { workerData });
  });
  const ends = workers.map(
    (worker) =>
      new Promise<void>((resolve, reject) => {
        worker.on('message', (progress: Progress) => {
          onProgress(progress);
          if (progress.found.length > 0 && !campaign.keepsGoing)
            for (const other of workers) void other.terminate();
        });
        worker.on('error', reject);
        worker.on('exit', () => resolve());
      }),
  );
  await Promise.all(ends);
}
