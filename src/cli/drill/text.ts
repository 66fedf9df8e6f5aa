import type { Bound, DrillMove, DrillPlan, DrillReport } from '../../core/drill-report.ts';
import { SECOND_MS } from '../../core/units.ts';
import { printable } from '../../system/printable.ts';
import { ASK_EVERY_MS } from './asker.ts';
import { flow, pad, widthOf, type Paint } from '../layout.ts';

/** What a client on this host saw of one address; undefined: it was silent to the end. */
export interface ClientView {
  readonly address: string;
  readonly failoverMs: number | undefined;
  readonly backMs: number | undefined;
  /** The hardware address that answered; empty where that cannot be seen. */
  readonly answeredBy: string;
}

const ms = (value: number): string =>
  value < SECOND_MS ? `${Math.round(value)} ms` : `${(value / SECOND_MS).toFixed(1)} s`;

/** What is about to happen, before anybody is asked for consent. */
export function planText(plan: DrillPlan, { stay, planned }: { stay: boolean; planned: boolean }): string[] {
  const { node, heir, group, groups, failover, back, deadMsMax, warnings, whyNoAddresses } = plan;
  const then = stay ? `it stays on ${heir}` : `then it comes back to ${node}`;
  const noAddresses = whyNoAddresses === '' ? [] : [`no client is asked: ${whyNoAddresses}`];
  if (planned) {
    const gap = back.ms === 0 ? 'nobody loses a reply' : `clients lose replies for up to ${ms(back.ms)}`;
    return [`${group} is handed to ${heir}, ${then}; ${gap}`, ...noAddresses, ...warnings];
  }
  const others = groups.filter((one) => one.group !== group).map((one) => one.group);
  return [
    `${node} plays dead: it takes its addresses off and says nothing until another node has taken over`,
    `${group} goes to ${heir}, ${then}; clients lose replies for up to ${ms(failover.ms)}`,
    ...(others.length === 0
      ? []
      : [
          `a dead node is dead for all its groups: ${others.join(', ')} ${others.length === 1 ? 'goes' : 'go'}, too`,
        ]),
    `whatever happens, ${node} is back after ${ms(deadMsMax)}; Ctrl-C ends this command, not the drill`,
    ...noAddresses,
    ...warnings,
  ];
}

interface Row {
  readonly what: string;
  readonly promised?: string;
  readonly measured: string;
  readonly verdict?: boolean;
}

/** Names and addresses may need more. */
const WHAT_MIN = 44;
const NUMBER_WIDTH = 10;

export function reportText(
  report: DrillReport,
  clients: readonly ClientView[],
  failure: string,
  { columns, paint }: { columns: number; paint: Paint },
): string[] {
  const { plan, moves, planned, stays } = report;
  const way = stays ? `${plan.node} → ${plan.heir}` : `${plan.node} → ${plan.heir} → ${plan.node}`;
  const rows = moves.flatMap((move) => [
    ...failoverRows(move, report, clients),
    ...(stays ? [] : returnRows(move, report, clients)),
  ]);
  const whatWidth = Math.max(WHAT_MIN, ...rows.map(({ what }) => widthOf(what)));
  const terms = planned ? plan.back : plan.failover;
  const verdict = failure === '' ? paint('good', 'PASS') : paint('bad', 'FAIL');
  const why = failure === '' ? '' : `: ${printable(failure)}`;
  return [
    paint('heading', `${planned ? 'planned drill' : 'drill'} of ${plan.group}: ${way}`),
    '',
    ...[{ what: '', promised: 'promised', measured: 'measured' }, ...rows].map((row) =>
      line(row, whatWidth, paint),
    ),
    '',
    ...termLines(terms, columns),
    ...flow(`${verdict}${why}`.split(' '), { columns, indent: '  ', separator: ' ' }),
  ];
}

function line({ what, promised = '', measured, verdict }: Row, whatWidth: number, paint: Paint): string {
  const right = (text: string): string => ' '.repeat(Math.max(0, NUMBER_WIDTH - widthOf(text))) + text;
  const said = verdict === undefined ? '' : verdict ? paint('good', '  pass') : paint('bad', '  FAIL');
  return `${pad(what, whatWidth)}${right(promised)}${right(measured)}${said}`.trimEnd();
}

const at = (value: number | undefined): string => (value === undefined ? 'never' : ms(value));
const boundText = ({ ms: bound }: Bound): string => (bound === 0 ? 'none' : `≤ ${ms(bound)}`);

function failoverRows(move: DrillMove, report: DrillReport, clients: readonly ClientView[]): readonly Row[] {
  const { plan, planned } = report;
  const bound = planned ? plan.back : plan.failover;
  const taker = move.taker || plan.heir;
  const { gapMs } = move;
  const isKept = gapMs !== undefined && gapMs <= bound.ms;
  const head: Row = {
    what: `${planned ? 'switchover' : 'failover'} of ${move.group}: nobody has it for`,
    promised: boundText(bound),
    measured: gapMs === 0 ? 'none' : at(gapMs),
    verdict: isKept && move.taker !== '',
  };
  const steps: readonly Row[] = [
    { what: `  ${plan.node} has no address any more at`, measured: at(move.offMs) },
    ...(planned ? [] : [{ what: `  ${taker} misses ${plan.node} at`, measured: at(move.missedMs) }]),
    { what: `  ${taker} claims at`, measured: at(move.claimedMs) },
    { what: `  ${taker} is heard to hold it at`, measured: at(move.activeMs) },
  ];
  return [head, ...steps, ...clientRows(move, report, clients, 'failoverMs')];
}

function returnRows(move: DrillMove, report: DrillReport, clients: readonly ClientView[]): readonly Row[] {
  const { plan } = report;
  const { backGapMs } = move;
  return [
    {
      what: `return of ${move.group}: nobody has it for`,
      promised: boundText(plan.back),
      measured: backGapMs === 0 ? 'none' : at(backGapMs),
      verdict: backGapMs !== undefined && backGapMs <= plan.back.ms,
    },
    { what: `  asked for at`, measured: at(move.askedBackMs) },
    { what: `  ${plan.node} holds it at`, measured: at(move.backMs) },
    ...clientRows(move, report, clients, 'backMs'),
  ];
}

/** Only the group that was named is asked. */
function clientRows(
  { group }: DrillMove,
  { plan }: DrillReport,
  clients: readonly ClientView[],
  which: 'failoverMs' | 'backMs',
): readonly Row[] {
  if (group !== plan.group) return [];
  return clients.map((client) => {
    const by = which === 'failoverMs' && client.answeredBy !== '' ? ` (${client.answeredBy})` : '';
    const silentMs = client[which];
    const isShort = silentMs !== undefined && silentMs <= 2 * ASK_EVERY_MS;
    return {
      what: `  ${client.address}: no answer for${by}`,
      measured: silentMs === undefined ? 'to the end' : isShort ? `< ${2 * ASK_EVERY_MS} ms` : ms(silentMs),
    };
  });
}

function termLines({ terms }: Bound, columns: number): string[] {
  if (terms.length === 0) return [];
  const words = terms.map(({ text, ms: value }) => `${ms(value)} ${text}`);
  return [...flow(words, { columns, first: 'promised: ', indent: '  ', separator: ' + ' }), ''];
}
