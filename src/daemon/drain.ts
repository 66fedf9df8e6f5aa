/** Two turns of the loop without a datagram: what arrived during a stall has been read. At most ten turns. */
export function whenDrained(received: () => number, done: () => void): void {
  let quiet = 0;
  let turns = 0;
  let seen = received();
  const turn = (): void => {
    turns += 1;
    quiet = received() === seen ? quiet + 1 : 0;
    seen = received();
    if (quiet >= 2 || turns >= 10) done();
    else setImmediate(turn);
  };
  setImmediate(turn);
}
