import type { PathReport, PeerReport, StatusReport } from '../../core/report.ts';
import { durationText } from '../../core/duration-text.ts';
import { age, element, facts, symbol, table, toned, type Tone, type Tree } from './tree.ts';

export const nodeId = (name: string): string => `node-${name}`;

/** Loss from which on a path is worth a look, in percent. */
const MUCH_LOSS = 10;

/** One peer and the paths to it. */
export function peerTree(peer: PeerReport, now: number): Tree {
  const [tone, shape, word] = look(peer);
  const id = nodeId(peer.name);
  return element(
    'article',
    { id, class: `card ${tone}`, 'aria-labelledby': `${id}-name` },
    element('h3', { id: `${id}-name` }, symbol(tone, shape), ' ', peer.name),
    facts(
      { class: 'state' },
      [toned(tone, word)],
      ...hearing(peer),
      heardFact(peer, now),
      ...configFact(peer),
    ),
    element('div', { class: 'lines' }, ...peerLines(peer)),
    pathTable(peer),
  );
}

function look({ state, awayForMs, hearsUs }: PeerReport): readonly [tone: Tone, shape: string, word: string] {
  if (awayForMs !== undefined)
    return ['warning', '◌', `AWAY for a restart, waited for another ${durationText(awayForMs)}`];
  switch (state) {
    case 'alive':
      return hearsUs ? ['good', '●', 'alive'] : ['bad', '✖', 'alive'];
    case 'suspect':
      return ['warning', '▲', 'SUSPECT: late, being asked'];
    case 'silent':
      return ['bad', '✖', 'SILENT'];
    case 'unproven':
      return ['warning', '▲', 'UNPROVEN: heard, but nothing shows that it hears us'];
  }
}

function hearing({ state, hearsUs }: PeerReport): Tree[][] {
  if (state !== 'alive' && state !== 'suspect') return [];
  return [[hearsUs ? 'hears us' : toned('bad', 'DOES NOT HEAR US')]];
}

function heardFact({ heardAgoMs, state, timeoutMs }: PeerReport, now: number): Tree[] {
  if (heardAgoMs === undefined) return ['never heard'];
  const timeout = state === 'alive' ? '' : ` (timeout ${durationText(timeoutMs)})`;
  return ['heard ', age(now, heardAgoMs), ' ago', timeout];
}

function configFact({ configDrift, configDiffers = [] }: PeerReport): Tree[][] {
  const parts = configDiffers.length === 0 ? '' : `: other ${configDiffers.join(', ')}`;
  return configDrift ? [[toned('bad', 'OTHER CONFIG'), parts]] : [];
}

function peerLines({ rejects, sessions }: PeerReport): Tree[] {
  const refused = Object.entries(rejects).filter(([, count]) => count > 0);
  const sum = refused.reduce((total, [, count]) => total + count, 0);
  return [
    ...(sessions > 1 ? [element('p', { class: 'small' }, `session ${sessions}`)] : []),
    ...(sum > 0
      ? [
          element(
            'p',
            { class: 'small' },
            `refused ${sum} of its frames: ${refused.map(([reason, count]) => `${reason} ${count}`).join(', ')}`,
          ),
        ]
      : []),
  ];
}

const pathTable = ({ name, paths }: PeerReport): Tree =>
  table<PathReport>(
    `Paths to ${name}`,
    [
      { title: 'path', cell: ({ url }) => [element('code', {}, url)] },
      {
        title: 'state',
        cell: ({ up }) => [
          symbol(up ? 'good' : 'bad', up ? '✔' : '✖'),
          ' ',
          up ? toned('good', 'up') : toned('bad', 'DOWN'),
        ],
      },
      { title: 'round trip', cell: (path) => [rttText(path), ' ', spark(name, path)] },
      { title: 'loss', cell: ({ lossPercent }) => [lossText(lossPercent)] },
      { title: 'frames', cell: ({ sent, received }) => [`${sent} out, ${received} in`] },
    ],
    paths,
    { class: 'paths' },
  );

const rttText = ({ rttMs }: PathReport): string =>
  rttMs === undefined ? '–' : `${rttMs < 10 ? rttMs.toFixed(1) : Math.round(rttMs)} ms`;

function lossText(percent: number | undefined): Tree {
  if (percent === undefined) return '–';
  const text = `${Math.round(percent)} %`;
  return percent >= MUCH_LOSS ? toned('warning', text) : text;
}

/** Drawn by the browser, of what it saw itself; the number beside it says the newest. */
const spark = (peer: string, { url, rttMs, up }: PathReport): Tree =>
  element('svg', {
    class: 'spark',
    'data-spark': `${peer} ${url}`,
    'data-rtt': up && rttMs !== undefined ? rttMs.toFixed(2) : 'none',
    'aria-hidden': 'true',
    viewBox: '0 0 120 24',
    preserveAspectRatio: 'none',
  });

/** This node itself: what it runs with, and whether the others run with the same. */
export function selfTree(report: StatusReport, now: number): Tree {
  const { node, cluster, version, upForMs, intervalMs, timeoutMs, leaseSeconds, restarting } = report;
  const [newest, older] = report.keyIds ?? [];
  return element(
    'article',
    { id: nodeId(node), class: 'card quiet', 'aria-labelledby': `${nodeId(node)}-name` },
    element(
      'h3',
      { id: `${nodeId(node)}-name` },
      symbol('quiet', '◆'),
      ' ',
      node,
      element('small', {}, ' this node'),
    ),
    facts(
      { class: 'state' },
      [`in cluster ${cluster}`],
      [`sealbeat ${version}`],
      ['up ', age(now, upForMs)],
      ...(restarting === true ? [[toned('warning', 'RESTARTING')]] : []),
    ),
    facts(
      { class: 'small' },
      [`beats every ${durationText(intervalMs)}`],
      [`timeout ${durationText(timeoutMs)}`],
      [leaseSeconds === 0 ? toned('warning', 'NO LEASE') : `lease ${leaseSeconds} s`],
    ),
    element(
      'div',
      { class: 'lines' },
      element(
        'p',
        { class: 'small' },
        'config ',
        element('code', {}, report.configPath),
        ...agreement(report),
      ),
      ...(newest !== undefined && older !== undefined
        ? [
            element(
              'p',
              { class: 'small' },
              'key ',
              toned('warning', 'CHANGING'),
              `: new ${newest}, old ${older}`,
            ),
          ]
        : []),
    ),
  );
}

function agreement({ peers, configDigest }: StatusReport): Tree[] {
  const heard = peers.filter(({ state }) => state !== 'silent');
  const named = (drift: boolean): string =>
    heard
      .filter(({ configDrift }) => configDrift === drift)
      .map(({ name }) => name)
      .join(' and ');
  return [
    ` (${configDigest})`,
    ...(named(false) === '' ? [] : [`, the same on ${named(false)}`]),
    ...(named(true) === '' ? [] : [', ', toned('bad', `DIFFERENT on ${named(true)}`)]),
  ];
}
