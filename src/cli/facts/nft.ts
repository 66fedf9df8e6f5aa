import type { FirewallChain, FirewallRule } from '../../doctor/facts.ts';
import { jsonFrom, objectsIn, textOf, type Json } from './world.ts';

const FAMILIES = ['inet', 'ip', 'ip6'];

/** What `nft -j list ruleset` shows of the filters that see packets to and from this host; undefined for other text. */
export function parseNft(json: string): readonly FirewallChain[] | undefined {
  const root = jsonFrom(json) as Json | undefined;
  if (root === undefined || !Array.isArray(root['nftables'])) return undefined;
  const items = objectsIn(root['nftables']);
  const chains = items.flatMap(({ chain }) => objectsIn([chain]));
  const rules = items.flatMap(({ rule }) => objectsIn([rule]));
  const nameOf = (of: Json, name: unknown): string =>
    `${textOf(of['family'])} ${textOf(of['table'])} ${textOf(name)}`;
  return chains.flatMap((chain): FirewallChain[] => {
    const { hook, type, family } = chain;
    if ((hook !== 'input' && hook !== 'output') || type !== 'filter' || !FAMILIES.includes(textOf(family)))
      return [];
    const name = nameOf(chain, chain['name']);
    return [
      {
        ...{ name, hook, drops: chain['policy'] === 'drop' },
        rules: rules
          .filter((rule) => nameOf(rule, rule['chain']) === name)
          .map((rule) => ruleOf(rule['expr'])),
      },
    ];
  });
}

interface Reading {
  words: string[];
  verdict: FirewallRule['verdict'];
  ports: FirewallRule['ports'];
  conditional: boolean;
  answersOnly: boolean;
}

function ruleOf(expressions: unknown): FirewallRule {
  const reading: Reading = {
    words: [],
    verdict: 'other',
    ports: undefined,
    conditional: false,
    answersOnly: false,
  };
  for (const expression of objectsIn(expressions)) read(expression, reading);
  const { words, ...rule } = reading;
  return { text: words.join(' '), ...rule };
}

function read(expression: Json, reading: Reading): void {
  const [kind = ''] = Object.keys(expression);
  switch (kind) {
    case 'match':
      for (const match of objectsIn([expression['match']])) readMatch(match, reading);
      return;
    case 'accept':
    case 'drop':
    case 'reject':
      reading.verdict = kind === 'accept' ? 'accept' : 'drop';
      reading.words.push(kind);
      return;
    case 'jump':
    case 'goto':
      reading.words.push(`${kind} ${textOf(objectsIn([expression[kind]])[0]?.['target'])}`);
      return;
    case 'counter':
    case 'log':
      return;
    default: // a limit, a set that changes, a module of iptables: true only now and then, or not to be read
      reading.conditional = true;
      reading.words.push(kind);
  }
}

function readMatch({ left, right, op }: Json, reading: Reading): void {
  const [of] = objectsIn([left]);
  const [payload] = objectsIn([of?.['payload']]);
  const [meta] = objectsIn([of?.['meta']]);
  const [tracked] = objectsIn([of?.['ct']]);
  const what = payload
    ? `${textOf(payload['protocol'])} ${textOf(payload['field'])}`
    : `${textOf(meta?.['key'])}${tracked ? `ct ${textOf(tracked['key'])}` : ''}`;
  reading.words.push(`${what} ${op === '!=' ? '!= ' : ''}${shown(right)}`);
  if (op === '!=') reading.conditional = true;
  else if (payload?.['field'] === 'dport') readPorts(textOf(payload['protocol']), right, reading);
  else if (what === 'l4proto' || what === 'ip protocol' || what === 'ip6 nexthdr')
    readProtocol(right, reading);
  else if (/^icmp/.test(what)) reading.ports = [];
  else if (tracked?.['key'] === 'state') readState(right, reading);
  else if (/^iif(name)?$/.test(what) && right === 'lo') reading.answersOnly = true;
  else reading.conditional = true;
}

function readPorts(protocol: string, right: unknown, reading: Reading): void {
  const transport = protocol === 'udp' || protocol === 'tcp' ? protocol : 'any';
  const ranges = elements(right).map((one) => {
    const range: unknown = typeof one === 'object' && one !== null && 'range' in one ? one.range : [one, one];
    return Array.isArray(range) ? (range as readonly unknown[]) : [];
  });
  // A set by name is listed elsewhere.
  if (ranges.some((range) => range.length !== 2 || range.some((end) => typeof end !== 'number')))
    reading.conditional = true;
  else reading.ports = ranges.map(([from, to]) => ({ transport, from: Number(from), to: Number(to) }));
}

function readProtocol(right: unknown, reading: Reading): void {
  if (reading.ports !== undefined && reading.ports.length > 0) return;
  const named = elements(right).filter((one): one is 'udp' | 'tcp' => one === 'udp' || one === 'tcp');
  reading.ports = named.map((transport) => ({ transport, from: 0, to: 65_535 }));
}

function readState(right: unknown, reading: Reading): void {
  if (elements(right).includes('new')) return;
  reading.answersOnly = true;
}

/** Of a set, a list or a single value. */
function elements(right: unknown): readonly unknown[] {
  if (Array.isArray(right)) return right as readonly unknown[];
  if (typeof right === 'object' && right !== null && 'set' in right)
    return Array.isArray(right.set) ? (right.set as readonly unknown[]) : [right.set];
  return [right];
}

const shown = (right: unknown): string =>
  elements(right)
    .map((one) => {
      const [range] = objectsIn([one]).map((value) => value['range']);
      return Array.isArray(range) ? range.join('-') : String(one);
    })
    .join(',');
