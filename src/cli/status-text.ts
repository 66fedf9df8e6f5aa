import type {
  AlertReport,
  GroupReport,
  HookReport,
  PathReport,
  PeerReport,
  StatusReport,
  VipReport,
} from '../core/report.ts';
import { printable } from '../system/printable.ts';
import { checkLines, failingElsewhere, priorityFacts } from './checks-text.ts';
import { durationText } from './duration-text.ts';
import { flow, pad, painter, widthOf, type Paint } from './layout.ts';

export interface StatusLook {
  readonly columns: number;
  readonly colour: boolean;
}

const MIN_COLUMNS = 40;
const LABEL_COLUMNS = 8;
const INDENT = '  ';

interface Page {
  readonly columns: number;
  readonly paint: Paint;
}

/**
 * The report for people: alarms first, then this node, the groups, the peers. Words that need attention are in
 * capitals; colour only repeats them. Ends with a line feed.
 */
export function statusText(report: StatusReport, { columns, colour }: StatusLook): string {
  const page: Page = { columns: Math.max(MIN_COLUMNS, columns), paint: painter(colour) };
  const sections = [
    [...head(report, page), ...alarms(report, page)],
    ...report.groups.map((group) => groupLines(group, report, page)),
    ...report.peers.map((peer) => peerLines(peer, page)),
    alertLines(report, page),
    counterLines(report, page),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function head(report: StatusReport, { columns, paint }: Page): string[] {
  const { node, cluster, version, upForMs, at, intervalMs, timeoutMs, leaseSeconds } = report;
  const restarting = report.restarting === true ? `, ${paint('warning', 'RESTARTING')}` : '';
  const who = `${paint('heading', node)} in cluster ${cluster}, sealbeat ${version}, up ${durationText(upForMs)}${restarting}`;
  const when = `${at.slice(0, 19).replace('T', ' ')}Z`;
  const gap = columns - widthOf(who) - widthOf(when);
  const lease = leaseSeconds === 0 ? 'NO LEASE' : `lease ${leaseSeconds} s`;
  return [
    ...(gap >= 2
      ? [who + ' '.repeat(gap) + when]
      : [...flow(who.split(' '), { columns, indent: INDENT, separator: ' ' }), when]),
    ...labelled(
      'beats',
      [`every ${durationText(intervalMs)}`, `timeout ${durationText(timeoutMs)}`, lease],
      columns,
    ),
    ...labelled(
      'config',
      [`${printable(report.configPath)} (${report.configDigest})`, ...agreement(report, paint)],
      columns,
    ),
    ...rotation(report, columns, paint),
  ];
}

/** A line only while this node's key is being changed: both ids, and who goes by the new one. */
function rotation({ keyIds = [], peers }: StatusReport, columns: number, paint: Paint): string[] {
  const [newest, older] = keyIds;
  if (newest === undefined || older === undefined) return [];
  const know = peers.filter(({ knowsOurKey }) => knowsOurKey === 'newest');
  const late = peers.filter(({ knowsOurKey }) => knowsOurKey !== 'newest');
  const facts = [
    `CHANGING: new ${newest}, old ${older}`,
    ...(know.length > 0 ? [`the new one known to ${names(know)}`] : []),
    ...(late.length > 0 ? [paint('warning', `NOT YET KNOWN to ${names(late)}`)] : []),
  ];
  return labelled('key', facts, columns);
}

const names = (some: readonly PeerReport[]): string => some.map(({ name }) => name).join(' and ');

function agreement({ peers }: StatusReport, paint: Paint): string[] {
  const heard = peers.filter(({ state }) => state !== 'silent');
  const other = heard.filter(({ configDrift }) => configDrift);
  const same = heard.filter(({ configDrift }) => !configDrift);
  return [
    ...(same.length > 0 ? [`the same on ${names(same)}`] : []),
    ...(other.length > 0 ? [paint('bad', `DIFFERENT on ${names(other)}`)] : []),
  ];
}

function alarms({ alarms: said }: StatusReport, { columns, paint }: Page): string[] {
  const lines = said.flatMap((alarm) => {
    const words = printable(alarm).split(' ');
    return flow(words, {
      columns,
      first: `${paint('bad', 'ALARM')}  `,
      indent: ' '.repeat(7),
      separator: ' ',
    });
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

function groupLines(group: GroupReport, report: StatusReport, { columns, paint }: Page): string[] {
  const facts = [
    roleText(group, paint),
    holderText(group, paint),
    ...(group.heir === '' ? [] : [`handing over to ${group.heir}`]),
    `epoch ${group.epoch}`,
    priorityFacts(group, paint),
    ...(group.adapter === 'auto' ? [] : [`adapter ${group.adapter}`]),
  ];
  const flags = [
    ...(group.drained ? ['DRAINED: this node does not hold it until it is undrained'] : []),
    ...(group.frozen ? ['FROZEN: it does not move until it is thawed'] : []),
    ...failingElsewhere(group),
    ...(group.sticky ? ['placed by hand: it does not fail back on its own'] : []),
  ];
  const vipWidth = Math.max(...group.vips.map((vip) => cidr(vip).length), 0);
  return [
    ...flow(facts, { columns, first: `${paint('heading', `group ${group.name}`)}  `, indent: INDENT }),
    ...(group.fault === '' ? [] : sentence(paint('bad', 'FAULT'), group.fault, columns)),
    ...sentence('why', group.why, columns),
    ...flags.flatMap((flag) => sentence(paint('warning', 'flag'), flag, columns)),
    ...leaseLines(group, report, { columns, paint }),
    ...agreementLines(group, { columns, paint }),
    ...checkLines(group, paint).flatMap(([label, facts]) => labelled(label, facts, columns)),
    ...group.vips.flatMap((vip) => labelled('vip', [vipText(vip, group, vipWidth, paint)], columns)),
    ...(group.hooks ?? []).flatMap((hook) => hookLines(hook, { columns, paint })),
    ...(group.notes ?? []).flatMap((note) => sentence('note', note, columns)),
  ];
}

function roleText({ role, sinceMs }: GroupReport, paint: Paint): string {
  const forMs = durationText(sinceMs);
  switch (role) {
    case 'active':
      return `${paint('good', 'ACTIVE here')} for ${forMs}`;
    case 'claiming':
      return `${paint('warning', 'CLAIMING')} for ${forMs}`;
    case 'releasing':
      return `${paint('warning', 'RELEASING')} for ${forMs}`;
    case 'init':
      return `starting, asks its peers for ${forMs}`;
    case 'standby':
      return `standby for ${forMs}`;
  }
}

function holderText({ holder, holderKnown, backWithinMs = 0 }: GroupReport, paint: Paint): string {
  if (holder === '') return paint('bad', 'NOBODY HOLDS IT');
  switch (holderKnown) {
    case 'self':
      return 'held by this node';
    case 'direct':
      return `held by ${paint('good', holder)} (heard from it)`;
    case 'second-hand':
      return `held by ${holder} ${paint('warning', '(NOT HEARD, another node says so)')}`;
    case 'away':
      return `held by ${holder} ${paint('warning', `(AWAY, it restarts: back within ${durationText(backWithinMs)})`)}`;
    case 'nobody':
      return paint('bad', 'NOBODY HOLDS IT');
  }
}

function leaseLines(
  { renewedAgoMs, has, role }: GroupReport,
  { leaseSeconds }: StatusReport,
  { columns, paint }: Page,
): string[] {
  const stray = has && role !== 'active' ? [paint('warning', 'ITS VIPS ARE OR MAY BE ON THIS HOST')] : [];
  if (leaseSeconds === 0 || renewedAgoMs === undefined)
    return stray.length === 0 ? [] : labelled('lease', stray, columns);
  const age = `renewed ${durationText(renewedAgoMs)} ago, runs for ${leaseSeconds} s`;
  const late = renewedAgoMs >= leaseSeconds * 1_000 ? [paint('bad', 'OVERDUE')] : [];
  return labelled('lease', [age, ...late, ...stray], columns);
}

/** Who has to agree: lines only where the config names somebody and there is something to say. */
function agreementLines({ asking, witness, lock, role }: GroupReport, { columns, paint }: Page): string[] {
  const lines: string[] = [];
  if (asking !== undefined) {
    const since = `for ${durationText(asking.sinceMs)}`;
    const what = asking.questions.length === 0 ? 'before it may claim' : asking.questions.join(', ');
    lines.push(...sentence('asking', `${what}, ${since}`, columns));
  }
  if (witness !== undefined) {
    const said = witness.answers ? 'answers' : paint('bad', 'DOES NOT ANSWER');
    const ago = `(asked ${durationText(witness.agoMs)} ago: ${printable(witness.text)})`;
    lines.push(...labelled('witness', [`${said} ${ago}`], columns));
  }
  if (lock === undefined) return lines;
  const ago = lock.agoMs === undefined ? '' : ` (asked ${durationText(lock.agoMs)} ago)`;
  const isMissed = role === 'active' || role === 'claiming';
  const notOurs = isMissed ? paint('bad', 'NOT HELD') : 'not held by this node';
  const held = lock.leftMs === undefined ? notOurs : `held for another ${durationText(lock.leftMs)}`;
  const problem = lock.problem === '' ? '' : `: ${printable(lock.problem)}`;
  return [...lines, ...labelled('lock', [`${held}${problem}${ago}`], columns)];
}

/** Only what needs attention: those that went well are in the JSON. */
function hookLines(
  { moment, command, state, exitCode, ranAgoMs = 0, failures, runs, output }: HookReport,
  { columns, paint }: Page,
): string[] {
  if (state === 'never' || state === 'done') return [];
  const since = durationText(ranAgoMs);
  const what = `${moment}: ${command}`;
  if (state === 'running') return sentence('hook', `${what} runs for ${since}`, columns);
  const code = exitCode === undefined ? '' : ` with exit code ${exitCode}`;
  const how = `${state === 'failed' ? `FAILED${code}` : 'TIMED OUT'} ${since} ago, ${failures} of ${runs} runs`;
  const said = output === '' ? '' : `: ${output.split('\n').at(-1)}`;
  return sentence(paint('bad', 'hook'), `${what} ${how}${said}`, columns);
}

function vipText(vip: VipReport, { role }: GroupReport, width: number, paint: Paint): string {
  const where = `${pad(cidr(vip), width)} on ${printable(vip.link)}`;
  const looked = vip.lookedAgoMs === undefined ? '' : ` (looked ${durationText(vip.lookedAgoMs)} ago)`;
  if (role === 'active')
    return `${where}  ${vip.present ? paint('good', 'present') : paint('bad', 'MISSING')}${looked}`;
  const stray = 'PRESENT, though the group is not active here';
  return `${where}  ${vip.present ? paint('warning', stray) : 'not here'}${looked}`;
}

function peerLines(peer: PeerReport, { columns, paint }: Page): string[] {
  const urlWidth = Math.max(...peer.paths.map(({ url }) => url.length), 0);
  const rejects = Object.entries(peer.rejects).filter(([, count]) => count > 0);
  rejects.sort(([one, a], [two, b]) => b - a || (one < two ? -1 : 1));
  const sum = rejects.reduce((total, [, count]) => total + count, 0);
  const reasons = rejects.map(([reason, count]) => `${printable(reason)} ${count}`).join(', ');
  return [
    ...flow(peerFacts(peer, paint), {
      columns,
      first: `${paint('heading', `peer ${peer.name}`)}  `,
      indent: INDENT,
    }),
    ...peer.paths.flatMap((path) => labelled('path', pathFacts(path, urlWidth, paint), columns)),
    ...(sum === 0 ? [] : sentence('refused', `${sum} of its frames: ${reasons}`, columns)),
  ];
}

function peerFacts(peer: PeerReport, paint: Paint): string[] {
  const { state, hearsUs, heardAgoMs, timeoutMs, sessions, configDrift, awayForMs } = peer;
  const heard = heardAgoMs === undefined ? 'never heard' : `heard ${durationText(heardAgoMs)} ago`;
  const states = {
    alive: paint('good', 'alive'),
    suspect: paint('warning', 'SUSPECT: late, being asked'),
    silent: paint('bad', 'SILENT'),
    unproven: paint('warning', 'UNPROVEN: heard, but nothing shows that it hears us'),
  };
  const hearing = hearsUs ? ['hears us'] : [paint('bad', 'DOES NOT HEAR US')];
  const away =
    awayForMs === undefined ? '' : `AWAY for a restart, waited for another ${durationText(awayForMs)}`;
  return [
    away === '' ? states[state] : paint('warning', away),
    ...(state === 'alive' || state === 'suspect' ? hearing : []),
    state === 'alive' ? heard : `${heard} (timeout ${durationText(timeoutMs)})`,
    ...(sessions > 1 ? [`session ${sessions}`] : []),
    ...(configDrift ? [paint('bad', 'OTHER CONFIG')] : []),
  ];
}

function pathFacts(
  { url, up, rttMs, lossPercent, sent, received }: PathReport,
  width: number,
  paint: Paint,
): string[] {
  const loss = lossPercent === undefined ? [] : [`loss ${Math.round(lossPercent)} %`];
  return [
    `${pad(printable(url), width)}  ${up ? paint('good', 'up') : paint('bad', 'DOWN')}`,
    ...(rttMs === undefined ? [] : [`rtt ${rttMs < 10 ? rttMs.toFixed(1) : Math.round(rttMs)} ms`]),
    ...(lossPercent !== undefined && lossPercent >= 10 ? loss.map((text) => paint('warning', text)) : loss),
    `${sent} out`,
    `${received} in`,
  ];
}

function alertLines({ alerts = [] }: StatusReport, { columns, paint }: Page): string[] {
  return alerts.flatMap((alert) => [
    ...flow(alertFacts(alert, paint), {
      columns,
      first: `${paint('heading', `alerts ${printable(alert.name)}`)}  `,
      indent: INDENT,
    }),
    ...sentence('problem', alert.problem, columns),
  ]);
}

function alertFacts(
  { kind, queued, sent, failed, dropped, lastSentAgoMs }: AlertReport,
  paint: Paint,
): string[] {
  return [
    kind,
    `${sent} sent${lastSentAgoMs === undefined ? '' : ` (last ${durationText(lastSentAgoMs)} ago)`}`,
    ...(queued === 0 ? [] : [paint('warning', `${queued} WAITING`)]),
    ...(failed === 0 ? [] : [paint('bad', `${failed} GIVEN UP`)]),
    ...(dropped === 0 ? [] : [paint('bad', `${dropped} DROPPED`)]),
  ];
}

function counterLines({ counters }: StatusReport, { columns, paint }: Page): string[] {
  const counted = Object.entries(counters).filter(([, count]) => count !== 0);
  if (counted.length === 0) return [];
  const pieces = counted.map(([name, count]) => `${printable(name)} ${count}`);
  return flow(pieces, { columns, first: 'counted  ', indent: INDENT }).map((line) => paint('quiet', line));
}

const cidr = ({ address, prefixLength }: VipReport): string => `${address}/${prefixLength}`;

function labelled(label: string, pieces: readonly string[], columns: number): string[] {
  const first = INDENT + pad(label, LABEL_COLUMNS);
  return flow(pieces, { columns, first, indent: ' '.repeat(INDENT.length + LABEL_COLUMNS) });
}

/** Words from outside: made harmless, and divided anywhere between them. */
function sentence(label: string, text: string, columns: number): string[] {
  if (text === '') return [];
  const first = INDENT + pad(label, LABEL_COLUMNS);
  return flow(printable(text).split(' '), {
    columns,
    first,
    indent: ' '.repeat(widthOf(first)),
    separator: ' ',
  });
}
