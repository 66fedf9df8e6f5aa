import { FAMILIES } from '../../test/faults/catalogue.ts';
import { NOISE_GAP_MS, TIMING } from '../../test/faults/fault.ts';
import { SETTINGS } from '../../test/faults/settings.ts';
import type { HeldStretch } from '../../test/lab/timeline.ts';
import { GAP_RESOLUTION_MS } from '../bench/row.ts';
import type { Outcome, Scene } from './play.ts';

/** A row that could not be played, and why. */
export interface LeftOut extends Scene {
  readonly why: string;
}

/** Changes shorter than this are within what the kernel and this machine need to tell them. */
const SHOWN_MS = 1;

export function durationText(ms: number): string {
  return ms < 995 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** `h1 2.4 s ▸ nobody 800 ms ▸ h2`: every stretch with its length, but the last, which the heal or the audit ended. */
function storyOf(stretches: readonly HeldStretch[]): string {
  const told = stretches.filter(({ fromMs, toMs }) => toMs - fromMs >= SHOWN_MS);
  const joined: { who: string; forMs: number }[] = [];
  for (const { holders, fromMs, toMs } of told) {
    const who = holders.join('+') || 'nobody';
    const last = joined.at(-1);
    if (last?.who === who) last.forMs += toMs - fromMs;
    else joined.push({ who, forMs: toMs - fromMs });
  }
  return joined
    .map(({ who, forMs }, place) => (place === joined.length - 1 ? who : `${who} ${durationText(forMs)}`))
    .join(' ▸ ');
}

/** Before and after the heal. */
export function holdersOverTime({ during, after }: Pick<Outcome, 'during' | 'after'>): string {
  const [before, then] = [storyOf(during), storyOf(after)];
  return before === then && !before.includes('▸') ? `${before} throughout` : `${before} ‖ ${then}`;
}

const gapText = (gapMs: number): string =>
  gapMs < GAP_RESOLUTION_MS ? `< ${GAP_RESOLUTION_MS} ms` : durationText(gapMs);

function bothText({ bothMs, bothAfterMs }: Outcome): string {
  if (bothMs < SHOWN_MS && bothAfterMs < SHOWN_MS) return 'never';
  return `${durationText(bothMs)} ‖ ${durationText(bothAfterMs)}`;
}

const line = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

/** The setting is named where the fault was played in several. */
function clusterText({ size, setting, fault }: Scene, outcomes: readonly Outcome[]): string {
  const alike = outcomes.filter((other) => other.fault === fault);
  return alike.some((other) => other.setting !== setting) ? `${size}, ${SETTINGS[setting].title}` : `${size}`;
}

function rowOf(outcome: Outcome, _: number, outcomes: readonly Outcome[]): string {
  const { fault, size, setting, problems } = outcome;
  return line([
    `${fault.title} (\`${fault.name}\`)`,
    clusterText(outcome, outcomes),
    fault.expected(size, setting).says,
    holdersOverTime(outcome),
    gapText(outcome.gapMs),
    bothText(outcome),
    problems.length === 0 ? 'ok' : `**NOT AS EXPECTED**: ${problems.join('; ')}`,
  ]);
}

const HEAD = ['Fault', 'Nodes', 'Expected', 'Who has the VIP', 'Longest gap', 'On two hosts', 'Verdict'];

function familyText(title: string, outcomes: readonly Outcome[]): string[] {
  if (outcomes.length === 0) return [];
  return [`## ${title}`, '', line(HEAD), line(HEAD.map(() => '---')), ...outcomes.map(rowOf), ''];
}

function leftOutText(leftOut: readonly LeftOut[]): string[] {
  if (leftOut.length === 0) return [];
  const bySetting = Map.groupBy(leftOut, ({ setting }) => setting);
  const items = [...bySetting].map(([setting, scenes]) => {
    const names = [...new Set(scenes.map(({ fault }) => `\`${fault.name}\``))].join(', ');
    return `- ${SETTINGS[setting].title}: ${scenes[0]?.why ?? ''} (${names})`;
  });
  return ['## Left out', '', 'What this program or this machine has no way to do yet:', '', ...items, ''];
}

/** The whole page. */
export function pageOf(
  { version, date }: { version: string; date: string },
  outcomes: readonly Outcome[],
  leftOut: readonly LeftOut[],
): string {
  const wrong = outcomes.filter(({ problems }) => problems.length > 0);
  const { intervalMs, timeoutMs, leaseSeconds, failbackDelayMs } = TIMING;
  return [
    '# Failure matrix',
    '',
    `Every fault below was played against real daemons by \`npm run matrix\`: ${version}, ${date}.`,
    `${outcomes.length} rows, ${outcomes.length - wrong.length} as expected, ${wrong.length} not.`,
    '',
    `Interval ${intervalMs} ms, timeout ${durationText(timeoutMs)}, lease ${durationText(leaseSeconds * 1_000)} (the defaults), ` +
      `failback after ${durationText(failbackDelayMs)}. h1 holds at the beginning, h2 is the next, h3 the last. Each node, a switch ` +
      'and a client have a network namespace of their own on one machine, so times include no real network.',
    '',
    '- **Who has the VIP**: by the address events of the kernels, from the fault on. `▸` is a change, the time before it is ' +
      'how long that lasted; `‖` is the moment of the heal; `h1+h2`: both at once.',
    '- **Longest gap**: the longest time without an answer from the VIP for a client that asks every 2 ms, from the fault ' +
      `until all was as before. Gaps under ${GAP_RESOLUTION_MS} ms cannot be told from none. Other work on the machine makes gaps too: where nothing should move, up to ${NOISE_GAP_MS} ms pass.`,
    '- **On two hosts**: how long, while the fault lasted ‖ after the heal. A host that nobody reaches may keep the VIP: it serves nobody there.',
    '- After each row the fault is healed, and the next one begins only when h1 alone has the VIP and answers, all nodes say ' +
      'so, hear each other and run the same config, and no process is left over. A row where this takes too long is not as expected.',
    '',
    ...FAMILIES.flatMap(({ title, faults }) =>
      familyText(
        title,
        outcomes.filter(({ fault }) => faults.includes(fault)),
      ),
    ),
    ...leftOutText(leftOut),
  ].join('\n');
}
