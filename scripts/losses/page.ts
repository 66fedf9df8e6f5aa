import type { Consent, Hold } from '../../src/core/group/consent.ts';
import { CONFIGURED, LOSSES, type Configured, type Loss } from './losses.ts';
import { CLAIM_ANSWERS, HOLD_ANSWERS, outcomeOf, type Outcome, type Span } from './outcome.ts';

/** The page: sentences for outcomes are written here; which of them stands in a cell is not. */

/** What is nearer to nothing than to one of these is a moment: a frame on its way, one call of the adapter. */
const STEP_MS = 500;

/** "about 3 s", "3 to 10 s": exact enough to plan with, and not so exact that it changes with a millisecond. */
function timeOf({ fromMs, toMs }: Span): string {
  const round = (ms: number): number => Math.round(ms / STEP_MS) * (STEP_MS / 1_000);
  const [from, to] = [round(fromMs), round(toMs)];
  if (to === 0) return 'a moment';
  return from === to ? `about ${to} s` : `${from || 'a moment'} to ${to} s`;
}

function holderWords({ letsGo, isHolderAlive, isFenced, claims, several }: Outcome): string {
  if (!isHolderAlive) return 'is gone';
  if (letsGo === undefined) return 'keeps it';
  if (isFenced) return `is switched off by the other, after ${timeOf(letsGo)}`;
  if (claims !== undefined && several.toMs > 0)
    return `lets go when it hears of the other, after ${timeOf(letsGo)}`;
  return `lets go after ${timeOf(letsGo)}`;
}

function standbyWords({ claims, isStandbyAlive }: Outcome): string {
  if (!isStandbyAlive) return 'is gone';
  return claims === undefined ? 'does not take over' : `takes over after ${timeOf(claims)}`;
}

function serviceWords({ holdersInTheEnd, serversInTheEnd, nobody, several, claims }: Outcome): string {
  if (serversInTheEnd > 1)
    return `**two hosts have the address**, after ${timeOf(claims!)} and until it is mended`;
  if (serversInTheEnd === 0)
    return `**nobody serves** until it is mended${holdersInTheEnd > 0 ? '; the host that is cut off has the address' : ''}`;
  const both = several.toMs > 0 ? [`on two hosts for ${timeOf(several)}`] : [];
  const none = nobody.toMs > 0 ? [`interrupted for ${timeOf(nobody)}`] : [];
  const served = [...none, ...both].join(', ') || 'goes on';
  return holdersInTheEnd > 1 ? `${served}; the host that is cut off has the address too` : served;
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const applies = ({ asks }: Configured, { needs }: Loss): boolean =>
  needs.every((one) => asks[one] !== undefined);

function tableOf(configured: Configured, nodes: 2 | 3): string {
  const losses = LOSSES.filter((loss) => loss.nodes === nodes && applies(configured, loss));
  const rows = losses.map((loss) => {
    const outcome = outcomeOf(configured, loss);
    return row([loss.text, holderWords(outcome), standbyWords(outcome), serviceWords(outcome)]);
  });
  const standby = nodes === 2 ? 'the standby' : 'a standby';
  return [
    row(['lost', 'the holder', standby, 'the service']),
    row(['---', '---', '---', '---']),
    ...rows,
  ].join('\n');
}

const CLAIM_WORDS: { readonly [consent in Consent]: string } = {
  claim: 'it takes over',
  fence: 'it runs the fence command first',
  wait: 'it waits for what may be left of a lease (2.2 s with a lease of 1 s), once',
  'no witness': 'it does not take over, says that it cannot hold, and asks the witness every second',
  'no lock': 'it does not take over, and asks again in a second',
  'not fenced':
    'it does not take over, and tries again after 1 s, 2 s, 4 s, up to a minute; meanwhile another node may',
};

const HOLD_WORDS: { readonly [hold in Hold]: string } = {
  keep: 'it keeps the address',
  'alone without witness': 'it lets go before another node can have run out of patience with it',
  'without lock': 'it lets go before its lock ends',
};

const answers = <Word extends string>(
  head: readonly string[],
  rows: readonly (readonly [string, Word])[],
  words: { readonly [word in Word]: string },
): string =>
  [row(head), row(['---', '---']), ...rows.map(([text, word]) => row([text, words[word]]))].join('\n');

export function lossesPage(): string {
  const sections = CONFIGURED.map(
    (configured) => `## ${configured.title}\n\n${configured.about}\n\n${tableOf(configured, 2)}`,
  );
  const ofThree = CONFIGURED.map((configured) => `### ${configured.title}\n\n${tableOf(configured, 3)}`);
  return `${HEAD}\n\n${sections.join('\n\n')}\n\n${THREE}\n\n${ofThree.join('\n\n')}\n\n${ANSWERS}\n\n${answers(
    ['when', 'a standby whose turn it is'],
    CLAIM_ANSWERS,
    CLAIM_WORDS,
  )}\n\n${HOLDING}\n\n${answers(['when', 'the holder'], HOLD_ANSWERS, HOLD_WORDS)}\n`;
}

const HEAD = `# What happens when something is lost

Find what you have configured, then the row of what is broken. Nothing else is broken in that row, and it stays broken.

This page is made by \`node scripts/make-losses.ts\`: each row is played with the rules that the program runs, at several
moments, with the default timing (timeout 3 s, lease 1 s, lock 10 s, failback manual). A test compares the two.
Times are rounded to half a second. After the loss is mended one node holds the address, in every row.

Somebody who has lost all of its network is not reached by clients, whatever addresses it has.
"Takes over" is counted from the loss. A group that is frozen is not taken over at all, whatever stands here.`;

const THREE = `## Three nodes

The same with two standbys. A node that hears one of the others is not cut off. The column of the standbys names
the first one that takes over.`;

const ANSWERS = `## What each answer does

Everything that is configured must agree. These are the answers one by one.`;

const HOLDING = `The holder asks too: the witness when it hears nobody, the arbiter all the time.`;
