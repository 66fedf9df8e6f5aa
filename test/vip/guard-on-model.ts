import { OperatorError } from '../../src/core/errors.ts';
import type { Clock } from '../../src/core/ports.ts';
import { after, SECOND_MS } from '../../src/core/units.ts';
import type { Guard, GuardOptions } from '../../src/vip/guard/guard.ts';
import type { HostModel } from '../systems/model.ts';

/** What `commandLine` puts behind every word. */
const END_OF_WORD = '\x1f';
/** Guards count in whole seconds. */
const LATE_MS = 500;

/** All guards of one host: they outlive the agents that started them, and know what others left. */
export interface ModelGuards {
  /** Opens guards for one agent; `isAlive` says whether anybody would hear what they say. */
  openFor(isAlive: () => boolean): {
    readonly open: (options: GuardOptions) => Guard;
    /** The agent is gone without a word: its guard sees the end of its input, or dies with it. */
    end(how: { readonly runsLines: boolean }): void;
  };
}

interface Bundle {
  readonly lines: Set<string>;
  cancel: () => void;
}

/** Guards by their contract, on a model of a host and its clock: the true one is a shell script with a clock of its own. */
export function guardsOn(host: HostModel, clock: Clock): ModelGuards {
  const left = new Set<Bundle>();

  const runAll = (lines: Iterable<string>): Promise<unknown> =>
    Promise.all([...lines].map((line) => host.run(line.split(END_OF_WORD).slice(0, -1))));
  const takeOut = (bundles: Set<Bundle>, lines: readonly string[]): void => {
    for (const bundle of bundles) {
      lines.forEach((line) => bundle.lines.delete(line));
      if (bundle.lines.size > 0) continue;
      bundle.cancel();
      bundles.delete(bundle);
    }
  };
  const runLater = (bundles: Set<Bundle>, bundle: Bundle, leaseSeconds: number, onRun: () => void): void => {
    bundle.cancel();
    bundle.cancel = clock.wakeAt(after(clock.nowMs(), leaseSeconds * SECOND_MS + LATE_MS), () => {
      bundles.delete(bundle);
      onRun();
      void runAll(bundle.lines);
    });
  };
  const add = (bundles: Set<Bundle>, lines: readonly string[]): Bundle => {
    const bundle: Bundle = { lines: new Set(lines), cancel: () => undefined };
    bundles.add(bundle);
    return bundle;
  };

  return {
    openFor(isAlive) {
      const held = new Set<Bundle>();
      const bundlesOf = (lines: readonly string[]): readonly Bundle[] => {
        const found = [...held].filter((bundle) => lines.some((line) => bundle.lines.has(line)));
        if (lines.every((line) => found.some((bundle) => bundle.lines.has(line)))) return found;
        throw new OperatorError('VIP_FAILED', 'the guard does not hold these', { hint: 'bring them up' });
      };
      const end = async (runsLines = true): Promise<void> => {
        const lines = [...held].flatMap((bundle) => [...bundle.lines]);
        takeOut(held, lines);
        if (runsLines) await runAll(lines);
      };
      const open = ({ onFired, notes }: GuardOptions): Guard => {
        const count = (bundle: Bundle, leaseSeconds: number): void => {
          if (leaseSeconds === 0) bundle.cancel();
          else
            runLater(held, bundle, leaseSeconds, () => {
              if (isAlive()) onFired?.([...bundle.lines]);
            });
        };
        return {
          async hold(lines, leaseSeconds = 0) {
            takeOut(held, lines);
            takeOut(left, lines);
            if (lines.length > 0) count(add(held, lines), leaseSeconds);
          },
          async renew(lines, leaseSeconds) {
            for (const bundle of bundlesOf(lines)) count(bundle, leaseSeconds);
          },
          async drop(lines) {
            takeOut(held, lines);
          },
          async leave(lines, leaseSeconds) {
            if (notes === undefined) throw new Error('there is no folder for notes');
            bundlesOf(lines);
            takeOut(held, lines);
            runLater(left, add(left, lines), leaseSeconds, () => undefined);
          },
          setChildren: () => undefined,
          prepare: () => undefined,
          pid: () => undefined,
          close: () => end(),
        };
      };
      return { open, end: ({ runsLines }) => void end(runsLines) };
    },
  };
}
