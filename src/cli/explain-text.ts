import { barWords } from '../core/group/bars.ts';
import type { Consent, Hold } from '../core/group/consent.ts';
import type {
  Alone,
  Ask,
  Claimant,
  Failback,
  NodeFacts,
  QuestionFacts,
  Takeover,
} from '../core/group/explanation.ts';
import type { QuestionKind } from '../core/group/state.ts';
import { arithmeticText } from '../core/checks/sum.ts';
import type { CheckReport, ExplainReport } from '../core/report.ts';
import { printable } from '../system/printable.ts';
import { durationText } from './duration-text.ts';
import { flow } from './layout.ts';

const MIN_COLUMNS = 40;
const INDENT = '  ';

/** The explanation in sentences, for somebody who was just woken up. Each fact says whose word it is; ends with a line feed. */
export function explainText(report: ExplainReport, columns: number): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    [holderWords(report), reasonWords(report)],
    [`What ${report.node} asks of itself:`, checkWords(report)],
    ['Who could hold it:', report.nodes.map((node) => nodeWords(node, report))],
    [takeoverHead(report), takeoverWords(report.takeover, report)],
    ['What would move it:', moveWords(report)],
    [`When ${report.node} hears nobody:`, aloneWords(report)],
    ['Asked of others:', report.questions.map(questionWords)],
  ];
  const width = Math.max(MIN_COLUMNS, columns);
  return sections
    .filter(([, sentences]) => sentences.length > 0)
    .map(([head, sentences]) => [
      ...wrapped(head, '', width),
      ...sentences.flatMap((one) => wrapped(one, INDENT, width)),
    ])
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

const wrapped = (text: string, first: string, columns: number): string[] =>
  flow(printable(text).split(' '), { columns, first, indent: `${first}${INDENT}`, separator: ' ' });

function holderWords({ group, node, holder }: ExplainReport): string {
  switch (holder.known) {
    case 'self':
      return `${node} (this node) holds ${group}.`;
    case 'direct':
      return `${holder.name} holds ${group}; ${node} hears it from ${holder.name} itself.`;
    case 'second-hand':
      return `${holder.name} holds ${group}, as another node says; ${node} does not hear ${holder.name} itself.`;
    case 'away':
      return `${holder.name} holds ${group} and restarts; it is waited for another ${durationText(holder.backWithinMs ?? 0)}.`;
    case 'nobody':
      return `NOBODY is known to hold ${group}.`;
  }
}

function reasonWords(report: ExplainReport): readonly string[] {
  const { node, role, cause, sinceMs, heir, lease, lock, restarting, frozen, askingForMs } = report;
  const { lock: lockAsked } = Object.fromEntries(report.questions.map((one) => [one.question, one]));
  return [
    `${node} is ${role} for ${durationText(sinceMs)}, because: ${cause}.`,
    ...(heir === '' ? [] : [`It hands over to ${heir} right now.`]),
    ...(restarting ? ['Its daemon is restarting; the VIPs stay for the next process.'] : []),
    ...(frozen ? ['The group is FROZEN: nothing moves until "sealbeat thaw".'] : []),
    ...(askingForMs === undefined
      ? []
      : [`It would claim, and has waited ${durationText(askingForMs)} for those who have to agree.`]),
    ...(lease === undefined
      ? []
      : [`Unless it is renewed, the VIP goes in ${durationText(lease.endsInMs)}.`]),
    ...(lock === undefined
      ? []
      : [
          `The lock is ours for another ${durationText(lock.endsInMs)}; unless it is renewed, or all nodes agree, the VIP goes ` +
            `in ${durationText(lock.letsGoInMs)}.`,
        ]),
    ...(lock === undefined && lockAsked?.last?.outcome === 'no'
      ? [`The lock is not ours: ${lockAsked.last.text}.`]
      : []),
  ];
}

/** What the checks make of this node's priority, and what would change that. */
function checkWords({ checks = [], arithmetic }: ExplainReport): readonly string[] {
  if (arithmetic === undefined) return [];
  return [`Its priority is ${arithmeticText(arithmetic)}.`, ...checks.filter(wouldChange).map(effectWords)];
}

/** With many, only those that do something now, or could at any moment and are few. */
const EFFECTS_MAX = 12;
const wouldChange = ({ state, adds }: CheckReport, _: number, all?: readonly CheckReport[]): boolean =>
  (all?.length ?? 0) <= EFFECTS_MAX || state !== 'up' || adds !== 0;

function effectWords({
  name,
  state,
  vital,
  weight,
  numeric,
  adds,
  kind,
  output,
  subject,
}: CheckReport): string {
  const said = output === '' ? 'it was not asked yet' : output;
  const stands = `${name} is ${state === 'unknown' ? 'UNKNOWN, which counts for nothing' : state} (${kind} ${subject}: ${said})`;
  if (vital)
    return state === 'down'
      ? `${stands}; while that is so, this node does not hold the group if another can.`
      : `${stands}; if it goes down, this node gives the group away.`;
  if (numeric) return `${stands}; it adds ${adds}.`;
  const when = weight > 0 ? 'up' : 'down';
  return `${stands}; it adds ${weight} while it is ${when}.`;
}

function nodeWords(facts: NodeFacts, { node }: ExplainReport): string {
  const { name, isSelf, holds, priority, bar, barDetail } = facts;
  const who = isSelf ? `${name} (this node)` : name;
  const ranked = priority === undefined ? 'priority not known' : `priority ${priority}`;
  if (bar !== undefined) {
    const detail = barDetail === '' ? '' : `: ${barDetail}`;
    return `${who}: ${holds ? 'holds it, but' : 'cannot take over now: it'} ${barWords(bar)}${detail}.`;
  }
  if (holds) return `${who}: holds it (${ranked}).`;
  const heard = isSelf ? '' : `, heard and hears ${node}`;
  return `${who}: can take over (${ranked}${heard}).`;
}

// ── who would be next ────────────────────────────────────────────────────────────────────────────────────────────────

function takeoverHead({ holder, group }: ExplainReport): string {
  if (holder.known === 'nobody') return `Who claims ${group} next:`;
  return holder.known === 'away' ? `If ${holder.name} does not come back:` : `If ${holder.name} fell silent:`;
}

function takeoverWords(
  { claimants, asks }: Takeover,
  { group, holder, frozen }: ExplainReport,
): readonly string[] {
  const [first, ...others] = claimants;
  if (first === undefined) return [`Nobody would serve ${group}${frozen ? ' until it is thawed' : ''}.`];
  // Before a silence has begun, its length counts from the holder's last word; else from now.
  const word =
    holder.known === 'self' || holder.known === 'direct' || holder.known === 'second-hand' ? 'after' : 'in';
  const when = ({ afterMs }: Claimant): string =>
    afterMs === 0 ? 'now' : `${word} ${durationText(afterMs)}`;
  const rest = others.map((one) => `${one.name} ${when(one)}`).join(', then ');
  return [
    `${first.name} claims it ${when(first)}${rest === '' ? '' : `; failing that, ${rest}`}.`,
    ...asks.map((ask) => `Before that ${askWords(ask)}.`),
  ];
}

const ASKED: { readonly [question in QuestionKind]: string } = {
  confirm: "it asks the silent node's host whether it is alive; if it is",
  witness: 'it asks the witness; without an answer',
  lock: "it takes the arbiter's lock; without it",
  fence: 'it fences the silent node; if that fails',
};
const CONSEQUENCE: { readonly [consent in Consent]: string } = {
  claim: 'it claims all the same',
  fence: 'it fences',
  wait: 'it waits for the lease to end, and claims then',
  'no witness': 'it does not claim',
  'no lock': 'it does not claim',
  'not fenced': 'it does not claim',
};
const askWords = ({ question, ifNot }: Ask): string => `${ASKED[question]}, ${CONSEQUENCE[ifNot]}`;

// ── what would move it ───────────────────────────────────────────────────────────────────────────────────────────────

const FAILBACK_BARS: { readonly [bar in NonNullable<Failback['bar']>]: string } = {
  frozen: 'the group is frozen: "sealbeat thaw"',
  'moved too often': 'it has moved too often lately, and stays where it is (damping)',
  'placed by hand': 'an operator placed it where it is: "sealbeat failback"',
  manual: 'the config says failback by hand: "sealbeat failback"',
  restarting: 'the daemon is restarting',
  paused: 'a handover has just failed, and the next one waits',
};

function moveWords(report: ExplainReport): readonly string[] {
  const { failback, holder } = report;
  if (holder.known === 'nobody') return [];
  if (failback === undefined)
    return ['Nothing by itself: no node that could take over has a higher priority.', ...orderWords(report)];
  const { to, bar, inMs, delayMs } = failback;
  if (bar !== undefined) {
    const why = `but it does not go there by itself: ${FAILBACK_BARS[bar]}`;
    return [`${to} has a higher priority, ${why}.`, ...orderWords(report)];
  }
  const when =
    inMs === undefined
      ? `as soon as ${holder.name} has heard it steadily for ${durationText(delayMs)}`
      : inMs === 0
        ? 'now'
        : `in ${durationText(inMs)}, if ${to} stays steady`;
  return [`It goes to ${to}, which has a higher priority, ${when}.`, ...orderWords(report)];
}

function orderWords({ holder, heir, frozen, group, nodes }: ExplainReport): readonly string[] {
  if (frozen || heir !== '' || (holder.known !== 'self' && holder.known !== 'direct')) return [];
  return nodes.some(({ holds, bar }) => !holds && bar === undefined)
    ? [`An order: "sealbeat switchover ${group}", said on ${holder.name}.`]
    : ['No order either: no other node can take over.'];
}

// ── what it does alone ───────────────────────────────────────────────────────────────────────────────────────────────

const WHEN: { readonly [when in Alone['when']]: string } = {
  always: '',
  'all well': 'While who was asked agrees, ',
  'witness silent': 'When the witness does not answer, ',
  'lock lost': 'When the lock cannot be renewed, ',
};
const HOLDS: { readonly [hold in Hold]: string } = {
  keep: 'it keeps the group',
  'alone without witness': 'it lets go: it may be the one that is cut off',
  'without lock': 'it lets go before the lock ends',
};

const aloneWords = ({ alone }: ExplainReport): readonly string[] =>
  alone.map(({ when, hold }) => {
    const said = `${WHEN[when]}${HOLDS[hold]}`;
    const asked =
      when === 'always' ? '; the config names no witness and no arbiter, so the others may claim too' : '';
    return `${said[0]!.toUpperCase()}${said.slice(1)}${asked}.`;
  });

const QUESTION_NAMES: { readonly [question in QuestionKind]: string } = {
  confirm: "the silent node's host",
  witness: 'the witness',
  lock: 'the lock',
  fence: 'the fence',
};

function questionWords({ question, pendingForMs, last, lastAgoMs = 0 }: QuestionFacts): string {
  const pending = pendingForMs === undefined ? '' : `asked for ${durationText(pendingForMs)}, no answer yet`;
  const outcome = { yes: 'yes', no: 'NO', unknown: 'UNKNOWN' };
  const said = last && `${outcome[last.outcome]} (${last.text}), asked ${durationText(lastAgoMs)} ago`;
  return `${QUESTION_NAMES[question]}: ${[pending, said].filter(Boolean).join('; before that ')}.`;
}
