import type { ProcessFacts } from './facts.ts';

/** Of the process that asks. */
export function processFacts(): ProcessFacts {
  const { rss, heapUsed, heapTotal } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    residentBytes: rss,
    heapUsedBytes: heapUsed,
    heapTotalBytes: heapTotal,
    cpuSeconds: (user + system) / 1e6,
    startedAtSeconds: Math.round(performance.timeOrigin) / 1_000,
    nodeVersion: process.versions.node,
  };
}
