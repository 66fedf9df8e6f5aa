/*
 * A program that holds a line and renews it, to be killed, stopped or blocked. Arguments: the file where taking down
 * shows, seconds of lease, shell. On stdout the guard's number, then `renewed` for each renewal, and what was fired.
 */
import { systemSpawn } from '../../../src/system/child.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { guard } from '../../../src/vip/guard/guard.ts';
import { writeTo } from './new-guard.ts';

const [path = '', lease = '1', ...shell] = process.argv.slice(2);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const watchman = guard({
  spawn: systemSpawn,
  clock: systemClock,
  takeDown: writeTo(path),
  shell: ['sh', ...shell].slice(shell.length > 0 ? 1 : 0) as [string, ...string[]],
  silence: true,
  onProblem: (problem) => say(problem.message),
  onFired: (lines) => say(`fired ${lines.join(' ')}`),
});
await watchman.hold(['line'], Number(lease));
say(String(watchman.pid()));

process.stdin.on('data', () => {
  for (const until = performance.now() + 5_000; performance.now() < until;); // a blocked event loop
});
setInterval(() => {
  watchman.renew(['line'], Number(lease)).then(
    () => say('renewed'),
    (error: unknown) => say(`not renewed: ${String(error)}`),
  );
}, 200);
