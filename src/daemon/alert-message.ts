import type { Held } from '../alert/rate.ts';
import type { AlertMessage } from '../alert/message.ts';
import type { Clock } from '../core/ports.ts';
import type { NodeName, WallMs } from '../core/units.ts';

/** What is to be told, by the part of the daemon that knows. */
export type Draft = Pick<AlertMessage, 'kind' | 'severity' | 'title' | 'text'> &
  Partial<Omit<AlertMessage, 'id' | 'cluster' | 'node' | 'at'>>;

/** Gives a draft what every message has: who tells it and when, and a name by which a second attempt is known. */
export function messageMaker({
  cluster,
  node,
  clock,
}: {
  cluster: string;
  node: NodeName;
  clock: Clock;
}): (draft: Draft) => AlertMessage {
  const startedAt = Math.floor(clock.wallMs()).toString(36);
  let number = 0;
  return (draft) => {
    number += 1;
    const at = Math.floor(clock.wallMs()) as WallMs;
    return {
      ...{ id: `${cluster}.${node}.${startedAt}.${number}`, cluster, node, at, since: at },
      ...{ key: '', resolved: false, group: '', from: '', to: '', cause: '', epoch: 0, gap: '', details: [] },
      next: draft.group === undefined ? 'sealbeat status' : `sealbeat explain ${draft.group}`,
      ...draft,
    };
  };
}

/** Stands for the messages that were not sent one by one. */
export function summaryOf({ count, last }: Held, perMs: number): Draft {
  const minutes = Math.round(perMs / 60_000);
  const title = `${count} more in the last ${minutes === 1 ? 'minute' : `${minutes} minutes`}`;
  const more = count > last.length ? [`and ${count - last.length} before them`] : [];
  return {
    kind: 'summary',
    severity: last.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning',
    title,
    text: `${title} were not sent one by one`,
    details: [...last.map(({ at, title: what }) => `${new Date(at).toISOString()} ${what}`), ...more],
    next: 'sealbeat events',
  };
}

/** What an operator sends to see whether it arrives. */
export const testDraft = (): Draft => ({
  kind: 'test',
  severity: 'info',
  title: 'test message',
  text: 'This is a test: it was sent by "sealbeat alert test", and nothing has happened',
  next: 'sealbeat status',
});
