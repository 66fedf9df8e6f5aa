const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Lets `work` end in an orderly way on Ctrl-C and the like: its signal aborts, and a second Ctrl-C ends the process as
 * it does everywhere.
 */
export async function untilStopped<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const stopping = new AbortController();
  const stop = (): void => {
    forget();
    stopping.abort();
  };
  const forget = (): void => {
    for (const name of STOPPING) process.removeListener(name, stop);
  };
  for (const name of STOPPING) process.on(name, stop);
  try {
    return await work(stopping.signal);
  } finally {
    forget();
    stopping.abort();
  }
}
