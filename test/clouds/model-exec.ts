import { basename } from 'node:path';
import type { Clock, Exec, Ran } from '../../src/core/ports.ts';
import { after } from '../../src/core/units.ts';
import { refused, type CloudModel, type CloudState } from './cloud-model.ts';

/** What goes wrong with a call instead of being answered after a second. */
export type Fault =
  /** The service says that it cannot. */
  | { readonly kind: 'fails'; readonly text: string }
  /** It never answers, and nothing comes of it. */
  | { readonly kind: 'hangs' }
  /** It never answers, and what it was asked for comes into effect after so long, whatever became of who asked. */
  | { readonly kind: 'late'; readonly effectAfterMs: number }
  | { readonly kind: 'slow'; readonly ms: number };

export interface ModelExec extends Exec {
  readonly calls: { readonly at: number; readonly words: readonly string[] }[];
}

const USUAL_MS = 1_000;

/** Runs a cloud's tool on a model of it. Nothing else can be run. */
export function modelExec(
  cloud: CloudModel,
  state: CloudState,
  { clock, faultOf }: { clock: Clock; faultOf: (words: readonly string[]) => Fault | undefined },
): ModelExec {
  const calls: ModelExec['calls'] = [];
  const ended: Ran = { exitCode: -1, stdout: '', stderr: '', timedOut: false, missing: false };
  return {
    calls,
    run: (file, words, { timeoutMs, signal }) =>
      new Promise<Ran>((resolve) => {
        if (basename(file) !== cloud.tool) return resolve({ ...ended, missing: true });
        calls.push({ at: clock.nowMs(), words });
        const fault = faultOf(words);
        const cancels: (() => void)[] = [];
        const end = (ran: Ran): void => {
          for (const cancel of cancels) cancel();
          resolve(ran);
        };
        const later = (ms: number, work: () => void): (() => void) =>
          clock.wakeAt(after(clock.nowMs(), ms), work);
        const answer = (): void => {
          const { rc, stdout, stderr } =
            fault?.kind === 'fails' ? refused(1, fault.text) : cloud.run(state, words);
          end({ ...ended, exitCode: rc, stdout, stderr });
        };
        // Not among those that end with the call: the cloud goes on without it.
        if (fault?.kind === 'late') later(fault.effectAfterMs, () => void cloud.run(state, words));
        else if (fault?.kind !== 'hangs')
          cancels.push(later(fault?.kind === 'slow' ? fault.ms : USUAL_MS, answer));
        cancels.push(later(timeoutMs, () => end({ ...ended, timedOut: true })));
        signal?.addEventListener('abort', () => end(ended));
        if (signal?.aborted === true) end(ended);
      }),
  };
}
