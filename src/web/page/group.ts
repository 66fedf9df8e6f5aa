import type { GroupReport, StatusReport, VipReport } from '../../core/report.ts';
import { durationText } from '../../core/duration-text.ts';
import { checkLines, checksText, checkTable } from './checks.ts';
import { hooksText, hookTable } from './hooks.ts';
import { age, element, facts, symbol, toned, type Tone, type Tree } from './tree.ts';

/** Up to so many addresses stand in the open; more of them are counted, and listed where one asks for it. */
const VIPS_IN_THE_OPEN = 4;
/** With more groups than this, details are opened by who wants them. */
const GROUPS_IN_DETAIL = 3;

export const groupId = (name: string): string => `group-${name}`;

/** One group: who holds it, since when, why, what is wrong; then the addresses, and the details folded away. */
export function groupTree(group: GroupReport, report: StatusReport, now: number): Tree {
  const [tone, shape] = look(group);
  const id = groupId(group.name);
  return element(
    'article',
    { id, class: `card ${tone}`, 'aria-labelledby': `${id}-name` },
    element('h3', { id: `${id}-name` }, symbol(tone, shape), ' ', group.name),
    facts({ class: 'state' }, roleFact(group, now), holderFact(group)),
    element('div', { class: 'lines' }, ...lines(group, report, now)),
    vipList(group, group.vips.length <= VIPS_IN_THE_OPEN ? group.vips : missing(group), now),
    facts({ class: 'small' }, ...smallFacts(group, report)),
    details(group, report, now),
  );
}

function look(group: GroupReport): [Tone, string] {
  if (group.fault !== '' || group.holderKnown === 'nobody' || missing(group).length > 0) return ['bad', '✖'];
  if (group.frozen || group.drained || group.holderKnown === 'away') return ['warning', '▲'];
  if (group.role === 'active') return ['good', '●'];
  return group.role === 'standby' ? ['quiet', '○'] : ['warning', '◐'];
}

function roleFact({ role, sinceMs }: GroupReport, now: number): Tree[] {
  const forSome = [' for ', age(now, sinceMs)];
  switch (role) {
    case 'active':
      return [toned('good', 'ACTIVE here'), ...forSome];
    case 'claiming':
    case 'releasing':
      return [toned('warning', role.toUpperCase()), ...forSome];
    case 'init':
      return ['starting, asks its peers', ...forSome];
    case 'standby':
      return ['standby', ...forSome];
  }
}

function holderFact({ role, holder, holderKnown, backWithinMs = 0 }: GroupReport): Tree[] {
  const who = element('b', {}, holder);
  if (holder === '') return [toned('bad', 'NOBODY HOLDS IT')];
  switch (holderKnown) {
    case 'self':
      return ['held by ', who, role === 'active' ? '' : ' (this node)'];
    case 'direct':
      return ['held by ', who, ' (heard from it)'];
    case 'second-hand':
      return ['held by ', who, ' ', toned('warning', '(NOT HEARD, another node says so)')];
    case 'away':
      return ['held by ', who, ' ', toned('warning', `(AWAY, back within ${durationText(backWithinMs)})`)];
    case 'nobody':
      return [toned('bad', 'NOBODY HOLDS IT')];
  }
}

function lines(group: GroupReport, report: StatusReport, now: number): Tree[] {
  const flags = [
    ...(group.drained ? ['DRAINED: this node does not hold it until it is undrained'] : []),
    ...(group.frozen ? ['FROZEN: it does not move until it is thawed'] : []),
    ...(group.sticky ? ['placed by hand: it does not fail back on its own'] : []),
  ];
  return [
    ...(group.fault === '' ? [] : [line('FAULT', 'bad', group.fault)]),
    ...(group.why === '' ? [] : [line('why', 'quiet', group.why)]),
    ...flags.map((flag) => line('flag', 'warning', flag)),
    ...leaseLines(group, report),
    ...agreementLines(group, now),
    ...checkLines(group.checks ?? [], now),
    ...(group.notes ?? []).map((note) => line('note', 'quiet', note)),
  ];
}

const line = (label: string, tone: Tone, ...text: Tree[]): Tree =>
  element('p', {}, element('span', { class: `label ${tone}` }, label), ' ', ...text);

/** In peace a lease is renewed several times a second, which is nothing to look at. */
function leaseLines({ renewedAgoMs, has, role }: GroupReport, { leaseSeconds }: StatusReport): Tree[] {
  const stray =
    has && role !== 'active' ? [line('lease', 'warning', 'ITS VIPS ARE OR MAY BE ON THIS HOST')] : [];
  if (leaseSeconds === 0 || renewedAgoMs === undefined || renewedAgoMs < leaseSeconds * 1_000) return stray;
  const text = `OVERDUE: renewed ${durationText(renewedAgoMs)} ago, runs for ${leaseSeconds} s`;
  return [line('lease', 'bad', text), ...stray];
}

/** Who has to agree before this node may hold it. */
function agreementLines({ asking, witness, lock, role }: GroupReport, now: number): Tree[] {
  const said: Tree[] = [];
  if (asking !== undefined) {
    const what = asking.questions.length === 0 ? 'before it may claim' : asking.questions.join(', ');
    said.push(line('asking', 'warning', `${what}, for `, age(now, asking.sinceMs)));
  }
  if (witness !== undefined) {
    const answer = witness.answers ? 'answers' : toned('bad', 'DOES NOT ANSWER');
    said.push(
      line('witness', 'quiet', answer, ' (asked ', age(now, witness.agoMs), ` ago: ${witness.text})`),
    );
  }
  if (lock === undefined) return said;
  const isMissed = role === 'active' || role === 'claiming';
  const notOurs = isMissed ? toned('bad', 'NOT HELD') : 'not held by this node';
  const held = lock.leftMs === undefined ? notOurs : `held for another ${durationText(lock.leftMs)}`;
  return [...said, line('lock', 'quiet', held, lock.problem === '' ? '' : `: ${lock.problem}`)];
}

export const missing = ({ role, vips }: GroupReport): readonly VipReport[] =>
  role === 'active' ? vips.filter(({ present }) => !present) : [];

function vipList(group: GroupReport, vips: readonly VipReport[], now: number): Tree {
  return element(
    'ul',
    { class: 'vips' },
    ...vips.map((vip) => element('li', {}, ...vipFact(vip, group, now))),
  );
}

function vipFact(
  { address, prefixLength, link, present, lookedAgoMs }: VipReport,
  { role }: GroupReport,
  now: number,
) {
  const where = [element('code', {}, `${address}/${prefixLength}`), ' on ', link, ' '];
  if (role !== 'active')
    return [
      ...where,
      present ? toned('warning', 'PRESENT, though the group is not active here') : 'not here',
    ];
  if (present) return [...where, toned('good', 'present')];
  const looked = lookedAgoMs === undefined ? [] : [' (looked ', age(now, lookedAgoMs), ' ago)'];
  return [...where, toned('bad', 'MISSING'), ...looked];
}

function smallFacts(group: GroupReport, { leaseSeconds }: StatusReport): Tree[][] {
  const { heir, epoch, adapter, renewedAgoMs } = group;
  const isInTime = leaseSeconds > 0 && renewedAgoMs !== undefined && renewedAgoMs < leaseSeconds * 1_000;
  return [
    ...(heir === '' ? [] : [[toned('warning', `handing over to ${heir}`)]]),
    [priorityText(group)],
    [`epoch ${epoch}`],
    ...(isInTime ? [['lease renewed in time']] : []),
    ...(adapter === 'auto' ? [] : [[`adapter ${adapter}`]]),
  ];
}

/** The arithmetic, where checks take part in it. */
function priorityText({ priority, basePriority, checks = [] }: GroupReport): Tree {
  const total = checks.reduce((sum, { adds }) => sum + adds, basePriority);
  const sum = checks
    .filter(({ adds }) => adds !== 0)
    .map(({ name, adds }) => ` ${adds < 0 ? '−' : '+'} ${Math.abs(adds)} (${name})`)
    .join('');
  if (priority === 0) return toned('warning', `priority 0 (CANNOT HOLD; base ${basePriority})`);
  const kept = total === priority ? '' : ', kept within 1 to 254';
  if (sum !== '') return `priority ${priority} = base ${basePriority}${sum}${kept}`;
  return priority === basePriority ? `priority ${priority}` : `priority ${priority} (base ${basePriority})`;
}

function details(group: GroupReport, report: StatusReport, now: number): Tree | undefined {
  const { checks = [], hooks = [], vips } = group;
  const isLong = vips.length > VIPS_IN_THE_OPEN;
  if (checks.length === 0 && hooks.length === 0 && !isLong) return undefined;
  const titles = [
    ...(isLong ? [`${vips.length} addresses${missingText(group)}`] : []),
    ...(checks.length === 0 ? [] : [checksText(checks)]),
    ...(hooks.length === 0 ? [] : [hooksText(hooks)]),
  ];
  return element(
    'details',
    report.groups.length <= GROUPS_IN_DETAIL ? { open: '' } : {},
    element('summary', { 'aria-label': `${group.name}: ${titles.join(', ')}` }, titles.join(' · ')),
    isLong ? vipList(group, vips, now) : undefined,
    checks.length === 0 ? undefined : checkTable(group.name, checks, now),
    hooks.length === 0 ? undefined : hookTable(group.name, hooks, now),
  );
}

function missingText(group: GroupReport): string {
  if (group.role !== 'active') return '';
  const count = missing(group).length;
  return count === 0 ? ', all present' : `, ${count} MISSING`;
}
