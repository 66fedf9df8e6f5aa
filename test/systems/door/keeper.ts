import { spawn } from 'node:child_process';
import { answerText } from './answer.ts';

/*
 * Waits for the end of its input, which comes when the door is closed or its process dies in any way. Then it shuts the door
 * for those who come later, and answers those who wait; holding the FIFO open for as long as a caller may take to read.
 */
const PROGRAM = `cat >/dev/null
: >"$1/gone"
for answer in "$1"/answer.*; do
  [ -p "$answer" ] || continue
  { printf %s "$2"; sleep 2; } 1<>"$answer" &
done
wait
`;

export interface Keeper {
  /** Shuts the door; callers are answered by the keeper from now on. */
  shut(): void;
}

/** A process beside ours, so that nobody waits for one that was killed. */
export function startKeeper(folder: string): Keeper {
  const text = answerText({ rc: 1, stdout: '', stderr: 'the host of this command is gone\n' });
  const child = spawn('sh', ['-c', PROGRAM, 'door-keeper', folder, text], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  return { shut: () => child.stdin.end() };
}
