import type { Entry, Verdict } from './ledger.ts';

export interface Counts {
  readonly statements: number;
  readonly byVerdict: Readonly<Record<Verdict, number>>;
}

export function countsOf(entries: readonly Entry[]): Counts {
  const byVerdict = { taken: 0, changed: 0, missing: 0, ignored: 0 };
  for (const { verdict, statements } of entries) byVerdict[verdict] += statements;
  return { statements: entries.reduce((sum, { statements }) => sum + statements, 0), byVerdict };
}

const WORDS: Readonly<Record<Verdict, string>> = {
  taken: 'taken',
  changed: 'changed',
  missing: 'no equivalent',
  ignored: 'not needed',
};

const TEXT_CHARACTERS_MAX = 60;

/** `lb1.conf:12: advert_int 1: changed: heartbeat.interval is …` */
export function entryText({ file, line, endLine, text, verdict, says }: Entry): string {
  const where = endLine > line ? `${file}:${line}-${endLine}` : `${file}:${line}`;
  const characters = [...text];
  const shown =
    characters.length > TEXT_CHARACTERS_MAX
      ? `${characters.slice(0, TEXT_CHARACTERS_MAX - 1).join('')}…`
      : text;
  const verdictText = verdict === 'missing' && says.startsWith(WORDS.missing) ? '' : `${WORDS[verdict]}: `;
  return `${where}: ${shown}: ${verdictText}${says}`;
}

/** Ends the report: the sum is over statements, a block counting as many as there are in it. */
export function countText({ statements, byVerdict }: Counts): string {
  const parts = (['taken', 'changed', 'missing', 'ignored'] as const).map(
    (verdict) => `${byVerdict[verdict]} ${WORDS[verdict]}`,
  );
  return `${statements} ${statements === 1 ? 'statement' : 'statements'}: ${parts.join(', ')}; every line is accounted for`;
}
