import type { GroupReport, StatusReport } from '../../core/report.ts';
import { groupId, missing } from './group.ts';
import { hasFailed } from './hooks.ts';
import { nodeId } from './node.ts';
import { element, shortened, symbol, toned, type Tone, type Tree } from './tree.ts';

interface Trouble {
  readonly text: string;
  /** The article that says more; empty where there is none. */
  readonly at: string;
}

export interface Verdict {
  readonly tone: Tone;
  readonly shape: string;
  readonly headline: string;
  readonly alarms: readonly Trouble[];
  /** No alarm of the daemon's, but nothing to be called well either. */
  readonly remarks: readonly Trouble[];
}

/** The first thing that is said: whether all is well, and if not, what is wrong. */
export function verdictOf(report: StatusReport): Verdict {
  const alarms = report.alarms.map((text) => ({ text, at: placeOf(text, report) }));
  const remarks = [...report.groups.flatMap(groupRemarks), ...alertRemarks(report)];
  if (alarms.length > 0) {
    const more = remarks.length === 0 ? '' : `, ${remarks.length} more to look at`;
    const headline = `${alarms.length} ${alarms.length === 1 ? 'alarm' : 'alarms'}${more}`;
    return { tone: 'bad', shape: '✖', headline, alarms, remarks };
  }
  if (remarks.length > 0) {
    const headline = `${remarks.length} ${remarks.length === 1 ? 'thing' : 'things'} to look at`;
    return { tone: 'warning', shape: '▲', headline, alarms, remarks };
  }
  return { tone: 'good', shape: '✔', headline: 'All well', alarms, remarks };
}

/** Alarms are sentences that begin with whom they are about. */
function placeOf(text: string, { groups, peers }: StatusReport): string {
  const [first = ''] = text.split(/[: ]/, 1);
  if (groups.some(({ name }) => name === first)) return groupId(first);
  return peers.some(({ name }) => name === first) ? nodeId(first) : '';
}

function groupRemarks(group: GroupReport): Trouble[] {
  const { name, checks = [], hooks = [] } = group;
  const lost = missing(group).length;
  const said = [
    ...(lost > 0 ? [`${lost} of ${group.vips.length} addresses MISSING on this host`] : []),
    ...(group.role !== 'active' && group.vips.some(({ present }) => present)
      ? ['addresses are here, though the group is not active here']
      : []),
    ...(group.drained ? ['drained: this node does not hold it'] : []),
    ...checks
      .filter(({ state }) => state === 'down')
      .map((check) => `check ${check.name} is DOWN${check.vital ? ' (vital)' : ''}`),
    ...checks
      .filter(({ state, runs }) => state === 'unknown' && runs > 0)
      .map((one) => `check ${one.name} is UNKNOWN`),
    ...hooks.filter(hasFailed).map(({ moment, state }) => `hook ${moment} ${state}`),
  ];
  return said.map((text) => ({ text: `${name}: ${text}`, at: groupId(name) }));
}

const alertRemarks = ({ alerts = [] }: StatusReport): Trouble[] =>
  alerts
    .filter(({ problem }) => problem !== '')
    .map(({ name, problem }) => ({
      text: `alerts to ${name} don't get through: ${shortened(problem)}`,
      at: 'alerts',
    }));

export function verdictTree(report: StatusReport): Tree {
  const { tone, shape, headline, alarms, remarks } = verdictOf(report);
  return element(
    'section',
    { id: 'verdict', class: tone, 'aria-labelledby': 'verdict-name' },
    element('h2', { id: 'verdict-name' }, symbol(tone, shape), ' ', headline),
    alarms.length + remarks.length > 0
      ? element(
          'ul',
          {},
          ...alarms.map((trouble) => troubleItem('ALARM', 'bad', trouble)),
          ...remarks.map((trouble) => troubleItem('look', 'warning', trouble)),
        )
      : element('p', {}, peaceText(report)),
  );
}

const troubleItem = (word: string, tone: Tone, { text, at }: Trouble): Tree =>
  element('li', {}, toned(tone, word), ' ', at === '' ? text : element('a', { href: `#${at}` }, text));

function peaceText({ groups, peers }: StatusReport): string {
  const paths = peers.flatMap((peer) => peer.paths);
  return [
    `${groups.length === 1 ? '1 group is' : `${groups.length} groups are`} held${holdersText(groups)}`,
    `${counted(peers.length, 'other node is', 'other nodes are')} heard`,
    `${counted(paths.length, 'path is', 'paths are')} up`,
  ].join(', ');
}

function holdersText(groups: readonly GroupReport[]): string {
  const held = Object.entries(Object.groupBy(groups, ({ holder }) => holder));
  const [[one = ''] = []] = held;
  if (held.length <= 1) return one === '' ? '' : ` by ${one}`;
  return ` (${held.map(([holder, some = []]) => `${some.length} by ${holder}`).join(', ')})`;
}

const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `the ${one}` : count === 2 ? `both ${many}` : `all ${count} ${many}`;
