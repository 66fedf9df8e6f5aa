import type { DrillReport } from '../../core/drill-report.ts';
import type { Asker } from './asker.ts';
import { silenceIn } from './silence.ts';
import type { ClientView } from './text.ts';

/** What the questions of this host come to, and whether a client would call it kept. */

/** A kernel asks for a neighbour once a second, and a question waits for a second. */
const CLIENT_SLACK_MS = 2_500;

export function clientViews(
  asker: Asker,
  { aliveMs, elapsedMs, planned, moves }: DrillReport,
  startedAt: number,
  answeredBy: ReadonlyMap<string, string>,
): { readonly views: readonly ClientView[]; readonly unasked: readonly { readonly address: string }[] } {
  const askedBackMs = moves.flatMap(({ askedBackMs: at }) => at ?? [])[0];
  // What answered before the drill can be asked from here.
  const isAsked = (address: string): boolean =>
    asker.asked(address).some(({ answeredAt }) => answeredAt !== undefined && answeredAt <= startedAt);
  const turnMs = askedBackMs ?? (planned ? elapsedMs : (aliveMs ?? elapsedMs));
  const views = asker.addresses.filter(isAsked).map((address): ClientView => {
    const asked = asker.asked(address);
    const failover = silenceIn(asked, { from: startedAt, to: startedAt + turnMs });
    const back = silenceIn(asked, { from: startedAt + turnMs, to: startedAt + elapsedMs });
    return {
      ...{ address, failoverMs: failover.ms, backMs: back.ms },
      answeredBy: answeredBy.get(address) ?? '',
    };
  });
  const unasked = asker.addresses.filter((address) => !isAsked(address)).map((address) => ({ address }));
  return { views, unasked };
}

/** A holder that says that it holds, while its address does not answer, has not taken over. */
export function clientFailure(views: readonly ClientView[], { plan, planned }: DrillReport): string {
  const allowedMs = (planned ? plan.back.ms : plan.failover.ms) + CLIENT_SLACK_MS;
  for (const { address, failoverMs } of views) {
    if (failoverMs === undefined)
      return `${address} did not answer any more, though ${plan.heir} said that it held it`;
    if (failoverMs > allowedMs)
      return `${address} did not answer for ${Math.round(failoverMs)} ms, though a node said that it held it`;
  }
  return '';
}
