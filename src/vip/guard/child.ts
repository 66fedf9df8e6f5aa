import { type Child, type Clock, type Spawn } from '../../core/ports.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import { guardScript } from './script.ts';

const ANSWER_MS = SECOND_MS;
/** How long `close` waits for it to take down what it holds. */
const END_MS = 5 * SECOND_MS;

/** The process, as long as there is one. What its words mean is said in script.ts. */
export interface GuardChild {
  readonly pid: number | undefined;
  tell(words: string): void;
  /** Settles when all of `words` is done; false when it ended or stayed silent. */
  ask(words: string): Promise<boolean>;
  kill(): void;
  close(): Promise<void>;
}

export interface GuardChildOptions {
  readonly spawn: Spawn;
  readonly clock: Clock;
  readonly shell: readonly [string, ...string[]];
  readonly takeDown: readonly string[];
  readonly onFired: (key: number) => void;
  readonly onEnd: () => void;
}

export function startGuardChild(options: GuardChildOptions): GuardChild {
  const { spawn, clock, shell, takeDown, onFired, onEnd } = options;
  const [file, ...args] = shell;
  let questions = 0;
  let awaited: { readonly number: string; readonly settle: (answered: boolean) => void } | undefined;
  let ended = false;
  const endings: (() => void)[] = [];

  const child: Child = spawn.start(
    file,
    [...args, '-c', guardScript, 'sealbeat-guard', ...takeDown],
    {
      onStdout(line) {
        if (line === awaited?.number) awaited.settle(true);
        else if (line.startsWith('!')) onFired(Number(line.slice(1)));
      },
      onEnd() {
        ended = true;
        awaited?.settle(false);
        endings.forEach((done) => done());
        onEnd();
      },
    },
    { detached: true },
  );

  // What cannot be written is answered by onEnd.
  const tell = (words: string) => void child.write(words).catch(() => {});

  return {
    pid: child.pid,
    tell,
    ask: (words) =>
      new Promise((resolve) => {
        if (ended) return resolve(false);
        const number = String((questions += 1));
        const cancel = clock.wakeAt(after(clock.nowMs(), ANSWER_MS), () => awaited?.settle(false));
        awaited = {
          number,
          settle(answered) {
            cancel();
            awaited = undefined;
            resolve(answered);
          },
        };
        tell(`${words}?${number}\n`);
      }),
    kill: () => child.kill(),
    close: () =>
      new Promise((resolve) => {
        if (ended) return resolve();
        // It is left to itself after that: ending it would leave the VIPs.
        const cancel = clock.wakeAt(after(clock.nowMs(), END_MS), resolve);
        endings.push(() => {
          cancel();
          resolve();
        });
        child.endInput();
      }),
  };
}
