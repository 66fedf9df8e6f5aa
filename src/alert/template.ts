import { withWords } from '../core/placeholders.ts';
import type { AlertTemplate, AlertWord } from '../core/settings.ts';
import { MINUTE_MS } from '../core/units.ts';
import type { AlertMessage } from './message.ts';

/** How long Alertmanager shows what has no end of its own, such as a move. */
const OCCURRENCE_MS = 10 * MINUTE_MS;
/** How long it shows an alarm whose end it is never told, because the node that would tell is gone. */
const UNENDED_MS = 24 * 60 * MINUTE_MS;

export function bodyOf(template: AlertTemplate, message: AlertMessage, lost: number): unknown {
  switch (template.kind) {
    case 'json':
      return asJson(message, lost);
    case 'slack':
      return { text: withLost(slackText(message), lost) };
    case 'alertmanager':
      return [asAlert(message)];
    case 'own':
      return filled(JSON.parse(template.text), message, lost);
  }
}

const withLost = (text: string, lost: number): string =>
  lost === 0 ? text : `${text} (${lost} earlier ${lost === 1 ? 'message was' : 'messages were'} dropped)`;

/** All that is known, by the names that the templates use. */
function asJson(message: AlertMessage, lost: number): object {
  const { id, kind, severity, resolved, title, text, cluster, node, at, since } = message;
  const { group, from, to, cause, epoch, gap, details } = message;
  return {
    ...{ id, kind, severity, resolved, title, text, cluster, node },
    ...{ time: isoOf(at), since: isoOf(since), group, from, to, cause, epoch, gap, details, lost },
  };
}

const MARKS = { critical: ':red_circle:', warning: ':large_orange_diamond:', info: ':information_source:' };

/** Slack, Mattermost and Rocket.Chat take words between `<` and `>` for links and names, and `&` for what stands for them. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const slackText = ({ severity, resolved, text, cluster }: AlertMessage): string =>
  `${resolved ? ':white_check_mark:' : MARKS[severity]} *${cluster}*: ${escaped(text)}`;

function asAlert(message: AlertMessage): object {
  const { kind, key, resolved, title, text, cluster, node, group, severity, at, since, cause } = message;
  const lasts = key === '' ? OCCURRENCE_MS : UNENDED_MS;
  return {
    labels: {
      alertname: alertName(kind),
      cluster,
      node,
      ...(group === '' ? {} : { group }),
      severity,
      // Alerts with the same labels are one alert: two alarms of a node, or two moves of a group, must not be.
      ...(key === '' ? { occurrence: isoOf(at) } : { condition: key }),
    },
    annotations: { summary: title, description: text, ...(cause === '' ? {} : { cause }) },
    startsAt: isoOf(since),
    endsAt: isoOf(resolved ? at : at + lasts),
  };
}

function alertName(kind: AlertMessage['kind']): string {
  if (kind === 'moves') return 'SealbeatMoved';
  if (kind === 'test') return 'SealbeatTest';
  return kind === 'summary' ? 'SealbeatMore' : 'SealbeatAlarm';
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

/** Only strings are filled in, so whatever a cause says, the document stays the one that the operator wrote. */
function filled(part: unknown, message: AlertMessage, lost: number): unknown {
  if (typeof part === 'string') return withWords(part, (word) => meaningOf(word as AlertWord, message, lost));
  if (Array.isArray(part)) return part.map((one) => filled(one, message, lost));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, filled(value, message, lost)]));
}

function meaningOf(word: AlertWord, message: AlertMessage, lost: number): string | undefined {
  const meanings: Readonly<Record<AlertWord, string>> = {
    group: message.group,
    node: message.node,
    from: message.from,
    to: message.to,
    cause: message.cause,
    epoch: message.epoch === 0 ? '' : String(message.epoch),
    gap: message.gap,
    time: isoOf(message.at),
    severity: message.resolved ? 'resolved' : message.severity,
    text: withLost(message.text, lost),
  };
  return Object.hasOwn(meanings, word) ? meanings[word] : undefined;
}
