import type { Errand, Vip, VipAdapter } from '../../src/core/ports.ts';
import type { NodeName } from '../../src/core/units.ts';
import type { ProgramReport } from '../../src/vip/options.ts';
import { commandVip } from '../../src/vip/command/command.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { settled, toldAdapter, type ToldAdapter } from '../fakes/told-adapter.ts';
import { groupOf, holdersIn, stateFor, type Example } from './examples.ts';
import { modelExec, type Fault, type ModelExec } from './model-exec.ts';

export interface Node {
  readonly name: NodeName;
  readonly adapter: VipAdapter;
  readonly host: ToldAdapter | undefined;
  readonly vips: readonly Vip[];
  readonly exec: ModelExec;
  readonly problems: string[];
  readonly reports: ProgramReport[];
  errand: Errand;
  /** What is wrong with the calls of this node; asked for each. */
  faultOf: (words: readonly string[]) => Fault | undefined;
}

export interface TwoNodes {
  readonly clock: ManualClock;
  readonly one: Node;
  readonly two: Node;
  /** The nodes to which the cloud sends the address. */
  holders(): readonly string[];
  /** Time goes on until the promise has settled. Rejects as it does, and when it takes longer than `boundMs`. */
  within<Result>(boundMs: number, promise: Promise<Result>): Promise<Result>;
  /** What a machine does that holds: looks once a second, and renews when something is missing. Returns how often it was. */
  hold(node: Node, seconds: number): Promise<number>;
  claim(node: Node, epoch: number): Promise<void>;
}

export function twoNodes(example: Example): TwoNodes {
  const clock = new ManualClock();
  const state = stateFor(example);
  const group = groupOf(example.file);
  const settings = group.command!;

  const nodeOf = (name: NodeName, peer: NodeName): Node => {
    const problems: string[] = [];
    const reports: ProgramReport[] = [];
    const exec = modelExec(example.cloud, state, { clock, faultOf: (words) => node.faultOf(words) });
    const host = settings.also === undefined ? undefined : toldAdapter();
    const adapter = commandVip({
      ...{ exec, clock, settings, host, ownsHost: true, group: group.name, errand: () => node.errand },
      spawn: { start: () => { throw new Error('nothing is spawned here'); } }, // prettier-ignore
      log: collectedLog(),
      onProblem: ({ message }) => problems.push(message),
      onProgram: (report) => reports.push(report),
    });
    const node: Node = {
      ...{ name, adapter, host, exec, problems, reports },
      vips: group.vips.map(({ address, family, prefixLength, label, interfaces }) => ({
        ...{ address, family, prefixLength, label, link: interfaces.get(name)! },
      })),
      errand: { group: group.name, node: name, epoch: 0, role: 'standby', peer, cause: 'test' },
      faultOf: () => undefined,
    };
    return node;
  };
  const [lb1, lb2] = ['lb1' as NodeName, 'lb2' as NodeName];
  const [one, two] = [nodeOf(lb1, lb2), nodeOf(lb2, lb1)];

  const within = async <Result>(boundMs: number, promise: Promise<Result>): Promise<Result> => {
    let isSettled = false;
    const mark = (): void => void (isSettled = true);
    promise.then(mark, mark);
    const endMs = clock.nowMs() + boundMs;
    for (;;) {
      await settled();
      if (isSettled) return await promise;
      if (clock.nowMs() >= endMs) throw new Error(`not within ${boundMs} ms`);
      clock.goOn(100);
    }
  };
  return {
    ...{ clock, one, two, within },
    holders: () => holdersIn(state, example),
    async hold({ adapter, vips }, seconds) {
      let missed = 0;
      for (let second = 0; second < seconds; second += 1) {
        const seen = await within(1_000, adapter.look(vips));
        if (seen.length < vips.length) {
          missed += 1;
          await within(1_000, adapter.renew(vips, 1));
        }
        await settled();
        clock.goOn(1_000);
        await settled();
      }
      return missed;
    },
    async claim(node, epoch) {
      node.errand = { ...node.errand, epoch, role: 'claiming' };
      await within(settings.giveUpMs + 5_000, node.adapter.up(node.vips, 1));
    },
  };
}
