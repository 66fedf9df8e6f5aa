import { OTHER, withWords, wordsInBraces, type CommandWord } from '../../core/placeholders.ts';
import type { Errand, Vip } from '../../core/ports.ts';
import type { CommandSettings } from '../../core/settings.ts';
import type { NodeName } from '../../core/units.ts';
import { environmentOf } from '../program/environment.ts';
import type { ProgramCall } from '../program/run.ts';

type Values = CommandSettings['values'];
type Template = readonly string[];

/** What the words in braces mean for one move. */
export interface Move {
  readonly vips: readonly Vip[];
  readonly errand: Errand;
  readonly values: Values;
}

export interface CloudCall extends ProgramCall {
  /** It is about what another node has, and what it is for is seen in what comes after it. */
  readonly aboutAnother: boolean;
}

/**
 * The commands with their words filled in: each one for every VIP, and one that names another node once for each of those
 * that have a value for it. What then reads the same is run once: a command about a network interface moves all that is on it.
 */
export function filledCommands(templates: readonly Template[], move: Move): readonly CloudCall[] {
  const calls = templates.flatMap((template) =>
    move.vips.flatMap((vip) => othersFor(template, move).map((other) => callFor(template, vip, move, other))),
  );
  const seen = new Set<string>();
  return calls.filter((call) => !seen.has(sameAs(call)) && seen.add(sameAs(call)));
}

/** Two commands with the same words are the same. */
export const sameAs = ({ words }: ProgramCall): string => JSON.stringify(words);

export function filledText(text: string, vip: Vip, move: Move, other?: NodeName): string {
  const own = move.values.get(move.errand.node);
  const plain = meanings(vip, move.errand);
  return withWords(text, (word) =>
    word.startsWith(OTHER)
      ? other && move.values.get(other)?.get(word.slice(OTHER.length))
      : ((plain as Readonly<Record<string, string | undefined>>)[word] ?? own?.get(word)),
  );
}

const callFor = (template: Template, vip: Vip, move: Move, other: NodeName | undefined): CloudCall => ({
  words: template.map((word) => filledText(word, vip, move, other)),
  env: environmentOf(vip, move.vips, move.errand),
  aboutAnother: other !== undefined,
});

/** One run for nobody in particular, unless the command names other nodes. */
function othersFor(template: Template, { errand, values }: Move): readonly (NodeName | undefined)[] {
  const names = template.flatMap(wordsInBraces).filter((word) => word.startsWith(OTHER));
  if (names.length === 0) return [undefined];
  return [...values.keys()].filter(
    (node) => node !== errand.node && names.every((name) => values.get(node)?.has(name.slice(OTHER.length))),
  );
}

const meanings = (vip: Vip, errand: Errand): Readonly<Record<CommandWord, string>> => ({
  address: vip.address,
  prefix: String(vip.prefixLength),
  interface: vip.link,
  group: errand.group,
  node: errand.node,
  peer: errand.peer,
  epoch: String(errand.epoch),
});
