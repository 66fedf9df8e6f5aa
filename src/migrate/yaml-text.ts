import { formatDuration } from '../config/duration.ts';
import { DEFAULT_PORT } from '../config/path-url.ts';
import type { ByNode, Draft, DraftGroup, DraftHook, DraftNode, DraftVip } from './draft.ts';
import { comment, flowText, itemLines, mappingLines, scalar, valueText } from './yaml-value.ts';

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
    ...alertLines(draft),
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
    ...checkLines(group),
    ...hookLines(group),
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

const checkLines = ({ checks }: DraftGroup): readonly string[] =>
  checks.length === 0
    ? []
    : [
        '    checks:',
        ...checks.flatMap(({ name, settings }) => mappingLines(scalar(name), settings, '      ')),
      ];

/** Whom they are run as is written once where it is the same for all. */
function hookLines({ hooks }: DraftGroup): readonly string[] {
  if (hooks.length === 0) return [];
  const accounts = new Set(hooks.map(({ settings }) => flowText(settings.filter(ofAccount))));
  const shared = accounts.size === 1 ? hooks[0]!.settings.filter(ofAccount) : [];
  const own = hooks.map((hook) =>
    shared.length === 0 ? hook : { ...hook, settings: hook.settings.filter((one) => !ofAccount(one)) },
  );
  const moments = [...new Set(hooks.map(({ moment }) => moment))];
  return [
    '    hooks:',
    ...shared.map(([key, value]) => `      ${key}: ${valueText(value)}`),
    ...moments.flatMap((moment) =>
      momentLines(
        moment,
        own.filter((hook) => hook.moment === moment),
      ),
    ),
  ];
}

const ofAccount = ([key]: readonly [string, unknown]): boolean => key === 'user' || key === 'group';

function momentLines(moment: string, hooks: readonly DraftHook[]): readonly string[] {
  const [first] = hooks;
  if (hooks.length === 1 && first?.settings.length === 0) return [`      ${moment}: ${valueText(first.run)}`];
  const mappings = hooks.map(({ run, settings }) => [['run', run] as const, ...settings]);
  if (mappings.length === 1) return mappingLines(moment, mappings[0]!, '      ');
  return [`      ${moment}:`, ...mappings.flatMap((settings) => itemLines(settings, '        '))];
}

const alertLines = ({ alerts }: Draft): readonly string[] =>
  alerts
    ? [
        '',
        'alerts:',
        '  mail:',
        ...alerts.mail.map(([key, value]) => `    ${key}: ${valueText(value)}`),
        `  on: ${valueText(alerts.on)}`,
      ]
    : [];

const keptLines = (kept: readonly string[], indent: string): readonly string[] =>
  kept.length === 0
    ? []
    : [
        `${indent}# From the old config, without an equivalent:`,
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
