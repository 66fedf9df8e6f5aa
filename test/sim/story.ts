import type { Body } from '../../src/core/frame.ts';

/** What happened, in words and milliseconds: the last lines of it explain a failure. */
export class Story {
  readonly #lines: string[] = [];
  readonly #linesMax: number;

  constructor(linesMax: number) {
    this.#linesMax = linesMax;
  }

  add(at: number, who: string, text: string): void {
    this.#lines.push(`${at.toFixed(1).padStart(10)}  ${who.padEnd(8)} ${text}`);
    if (this.#lines.length > 2 * this.#linesMax) this.#lines.splice(0, this.#linesMax);
  }

  last(count: number): string {
    return this.#lines.slice(-count).join('\n');
  }
}

/** What a frame says, in a few words. */
export function wordsOf(body: Body, nameOf: (number: number) => string): string {
  const flags = [
    body.hello && 'hello',
    body.probe && 'probe',
    body.answer && 'answer',
    body.hearsYou ? 'hears you' : 'deaf',
    !body.canReceive && 'cannot receive',
  ];
  const groups = body.groups.map((group) =>
    [
      group.role,
      `priority ${group.priority}`,
      `epoch …${group.epoch % 100_000}`,
      group.has && 'has VIP',
      group.heir > 0 && `heir ${nameOf(group.heir)}`,
      group.sticky && 'sticky',
      group.frozen && 'frozen',
      group.holder > 0 && `hears ${nameOf(group.holder)} ${group.holderRole} ${group.holderPriority}`,
    ]
      .filter(Boolean)
      .join(' '),
  );
  return `${flags.filter(Boolean).join(' ')}; ${groups.join(' | ')}`;
}
