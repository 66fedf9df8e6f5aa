import { formatDuration } from '../config/duration.ts';
import { DEFAULT_PORT } from '../config/path-url.ts';
import type { ByNode, Draft, DraftGroup, DraftNode, DraftVip } from './draft.ts';

/** The file that an operator goes on with: every key that is still to be written says so where it belongs. */
export function yamlOf(draft: Draft, origin: string): string {
  const lines = [
    `# Made from ${comment(origin)} by "sealbeat import"; what it could not take along stands in comments.`,
    '# Each node still needs its key: "sealbeat keygen" on the node prints a line, and',
    '# "sealbeat key trust NODE LINE -c THIS_FILE" writes it here. Then: sealbeat check -c THIS_FILE',
    '',
    `cluster: ${scalar(draft.cluster)}`,
    '',
    `# ${comment(draft.timingWhy)}`,
    'heartbeat:',
    `  interval: ${formatDuration(draft.intervalMs)}`,
    `  timeout: ${formatDuration(draft.timeoutMs)}`,
    ...(draft.startupMs === undefined ? [] : [`  startup: ${formatDuration(draft.startupMs)}`]),
    '',
    'nodes:',
    ...draft.nodes.flatMap(nodeLines),
    '',
    'groups:',
    ...draft.groups.flatMap((group, nth) => [...(nth === 0 ? [] : ['']), ...groupLines(group, draft.nodes)]),
    ...(draft.kept.length === 0 ? [] : ['', ...keptLines(draft.kept, '')]),
  ];
  return `${lines.join('\n')}\n`;
}

function nodeLines({ name, addresses, priority }: DraftNode): readonly string[] {
  const urls = addresses.map((address) =>
    scalar(`udp://${address.includes(':') ? `[${address}]` : address}:${DEFAULT_PORT}`),
  );
  return [
    `  ${scalar(name)}:`,
    urls.length > 0
      ? `    paths: [${urls.join(', ')}]`
      : `    # paths: [udp://ADDRESS:${DEFAULT_PORT}]   still to be written: where the others reach ${name}`,
    `    priority: ${priority}`,
  ];
}

function groupLines(group: DraftGroup, nodes: readonly DraftNode[]): readonly string[] {
  const own = new Map(nodes.map(({ name, priority }) => [name, priority]));
  const different = [...group.priorities].filter(([node, priority]) => own.get(node) !== priority);
  return [
    ...group.comments.map((text) => `  # ${comment(text)}`),
    `  ${scalar(group.name)}:`,
    `    interface: ${interfaceText(group.interfaces, nodes)}`,
    '    vips:',
    ...group.vips.map((vip) => `      - ${vipText(vip, nodes)}`),
    ...failbackLines(group),
    ...(group.refreshMs === undefined
      ? []
      : [`    announce: { refresh: ${formatDuration(group.refreshMs)} }`]),
    ...(different.length === 0 ? [] : [`    priority: ${mappingText(new Map(different))}`]),
    ...group.offers.map((line) => `    # ${comment(line)}`),
    ...keptLines(group.kept, '    '),
  ];
}

function failbackLines({ failback }: DraftGroup): readonly string[] {
  if (!failback) return [];
  const parts = [
    ...(failback.manual ? ['mode: manual'] : []),
    ...(failback.delayMs === undefined ? [] : [`delay: ${formatDuration(failback.delayMs)}`]),
  ];
  return parts.length === 0 ? [] : [`    failback: { ${parts.join(', ')} }`];
}

const keptLines = (kept: readonly string[], indent: string): readonly string[] =>
  kept.length === 0
    ? []
    : [
        `${indent}# From the old config, without an equivalent yet:`,
        ...kept.map((line) => `${indent}#   ${comment(line)}`),
      ];

function vipText({ address, label, interfaces }: DraftVip, nodes: readonly DraftNode[]): string {
  if (label === undefined && interfaces === undefined) return scalar(address);
  const parts = [
    `address: ${scalar(address)}`,
    ...(label === undefined ? [] : [`label: ${scalar(label)}`]),
    ...(interfaces === undefined ? [] : [`interface: ${interfaceText(interfaces, nodes)}`]),
  ];
  return `{ ${parts.join(', ')} }`;
}

/** Once, where it is the same on every node. */
function interfaceText(interfaces: ByNode, nodes: readonly DraftNode[]): string {
  const names = new Set(interfaces.values());
  const [name] = names;
  if (name !== undefined && names.size === 1 && nodes.every((node) => interfaces.has(node.name)))
    return scalar(name);
  return mappingText(interfaces);
}

const mappingText = (map: ReadonlyMap<string, string | number>): string =>
  `{ ${[...map].map(([key, value]) => `${scalar(key)}: ${typeof value === 'number' ? value : scalar(value)}`).join(', ')} }`;

const PLAIN =
  /^[A-Za-z][A-Za-z0-9_.-]*$|^\/[A-Za-z0-9_./-]*$|^\d+\.\d+\.\d+\.\d+(\/\d+)?$|^udp:\/\/[a-z0-9.-]+:\d+$/;
/** What YAML 1.1 or 1.2 takes for something else than text. */
const WORDS = /^(true|false|null|yes|no|on|off|y|n)$/i;

export function scalar(text: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text;
  if (/^[\x20-\x7e]*$/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** On one line, whatever was in it. */
const comment = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]/g, ' ').trimEnd();
