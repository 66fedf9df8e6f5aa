import type { SourceFile } from '../imported.ts';
import type { Ledger, Source, Verdict } from '../ledger.ts';
import { isIPv4 } from 'node:net';
import type { GivenOption, UcarpFile, UcarpInstance } from './instance.ts';
import { byLong, byStanza } from './keywords.ts';
import { logicalLines, type LogicalLine } from './shell-words.ts';

export const hasStanzas = (text: string): boolean => /^\s*ucarp-[a-z]+/m.test(text);

interface Stanza {
  readonly link: string;
  readonly header: Source;
  readonly lines: readonly { readonly words: readonly string[]; readonly source: Source }[];
}

const HOST = "the host's own network, which stays in this file";
const ENDS_STANZA = /^(iface|mapping|source|source-directory|auto|no-auto-down|no-scripts|rename|allow-.*)$/;

/** interfaces(5) with the `ucarp-` options of Debian's package. */
export function readInterfaces({ file, text }: SourceFile): UcarpFile {
  const { stanzas, others } = stanzasOf(file, logicalLines(text));
  const instances = stanzas.flatMap((stanza) => instancesOf(stanza));
  const addresses = instances.flatMap(({ given }) =>
    given.flatMap(({ option, value }) => (option.long === 'addr' ? [value] : [])),
  );
  const ofVip = (stanza: Stanza): boolean =>
    addresses.includes(addressIn(stanza)) && stanza.link.includes(':');
  const lengths = new Map(
    stanzas.filter(ofVip).flatMap((stanza) => {
      const length = lengthIn(stanza);
      return length === undefined ? [] : [[addressIn(stanza) ?? '', length] as const];
    }),
  );
  const programs = stanzas
    .filter(ofVip)
    .flatMap(({ lines }) => lines.filter(({ words }) => isProgram(words[0])));
  return {
    roots: [
      ...others,
      ...stanzas.flatMap(({ header, lines }) => [header, ...lines.map(({ source }) => source)]),
    ],
    instances,
    lengths,
    kept: programs.map(({ source }) => source.text),
    account(ledger) {
      for (const source of others) ledger.cover(source, 'ignored', HOST);
      for (const stanza of stanzas) accountFor(stanza, ofVip(stanza), ledger);
    },
  };
}

const isProgram = (word: string | undefined): boolean => /^(pre-|post-)?(up|down)$/.test(word ?? '');

function stanzasOf(file: string, lines: readonly LogicalLine[]): { stanzas: Stanza[]; others: Source[] } {
  const stanzas: { link: string; header: Source; lines: { words: readonly string[]; source: Source }[] }[] =
    [];
  const others: Source[] = [];
  let open: (typeof stanzas)[number] | undefined;
  for (const line of lines) {
    const words = line.text.split(/\s+/);
    const [word = ''] = words;
    const source: Source = { file, ...line, text: /^ucarp-password/.test(word) ? `${word} ****` : line.text };
    if (word === 'iface') {
      open = { link: words[1] ?? '', header: source, lines: [] };
      stanzas.push(open);
    } else if (ENDS_STANZA.test(word) || !open) {
      open = undefined;
      others.push(source);
    } else open.lines.push({ words, source });
  }
  return { stanzas, others };
}

const wordIn = ({ lines }: Stanza, word: string): string | undefined =>
  lines.find(({ words }) => words[0] === word)?.words[1];
const addressIn = (stanza: Stanza): string | undefined => wordIn(stanza, 'address')?.split('/')[0];

function lengthIn(stanza: Stanza): number | undefined {
  const written = wordIn(stanza, 'address')?.split('/')[1] ?? wordIn(stanza, 'netmask');
  if (written === undefined) return undefined;
  if (/^\d{1,3}$/.test(written)) return Number(written);
  if (!isIPv4(written)) return undefined;
  const bits = written
    .split('.')
    .map((byte) => Number(byte).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

/** Some number their options: `ucarp-vid-2`, `ucarp-vip-2`. Each number is one ucarp. */
function instancesOf(stanza: Stanza): readonly UcarpInstance[] {
  const bySuffix = new Map<string, GivenOption[]>();
  for (const { words, source } of stanza.lines) {
    const [, name = '', suffix = ''] = /^ucarp-([a-z]+)-?(\w*)$/.exec(words[0] ?? '') ?? [];
    const option = byStanza(name);
    if (!option) continue;
    bySuffix.set(suffix, [
      ...(bySuffix.get(suffix) ?? []),
      { option, value: words.slice(1).join(' '), source },
    ]);
  }
  const { header: source, link } = stanza;
  return [...bySuffix.values()].map((given) => ({
    source,
    given: [
      { option: byLong('interface')!, value: link, source },
      { option: byLong('srcip')!, value: addressIn(stanza), source },
      ...given,
    ],
  }));
}

function accountFor(stanza: Stanza, isVip: boolean, ledger: Ledger): void {
  const hasUcarp = stanza.lines.some(({ words }) =>
    byStanza(/^ucarp-([a-z]+)/.exec(words[0] ?? '')?.[1] ?? ''),
  );
  if (!hasUcarp) {
    const [verdict, says]: [Verdict, string] = isVip
      ? ['changed', 'the virtual address and its length; remove this stanza when sealbeat takes over']
      : ['ignored', HOST];
    ledger.say(stanza.header, verdict, says);
  }
  for (const { words, source } of stanza.lines) {
    const [word = ''] = words;
    if (isVip) ledger.say(source, ...ofVipStanza(word));
    else if (word.startsWith('ucarp-')) {
      if (!byStanza(/^ucarp-([a-z]+)/.exec(word)?.[1] ?? ''))
        ledger.say(source, 'missing', "no option of Debian's ucarp that sealbeat knows");
    } else if (word === 'address' && hasUcarp)
      ledger.say(source, 'taken', 'the path of this node; the line stays');
    else ledger.say(source, 'ignored', HOST);
  }
}

function ofVipStanza(word: string): [Verdict, string] {
  if (word === 'address' || word === 'netmask') return ['taken', 'groups.NAME.vips'];
  if (word === 'broadcast' || word === 'network')
    return ['ignored', 'the kernel knows it from the address and its length'];
  if (isProgram(word))
    return ['missing', 'not taken along: a hook can do it, see docs/hooks.md; kept as a comment'];
  return ['missing', 'no equivalent; set it in the stanza of the interface itself, if it is needed'];
}
