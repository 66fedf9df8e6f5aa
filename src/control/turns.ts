/**
 * Runs jobs one per turn of the event loop, so that sockets and timers come in between: a crowd of requests delays a
 * beat by one answer, not by all of them. Bounded by the server's number of connections.
 */
export function turnTaker(): (job: () => void) => void {
  const waiting: (() => void)[] = [];
  const takeTurn = (): void => {
    const job = waiting.shift();
    if (waiting.length > 0) setImmediate(takeTurn);
    job?.();
  };
  return (job) => {
    waiting.push(job);
    if (waiting.length === 1) setImmediate(takeTurn);
  };
}
