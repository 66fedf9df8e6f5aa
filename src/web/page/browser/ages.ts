import { ageText } from '../age-text.ts';

/**
 * The daemon's clock, guessed on from the moment it last told it. While a machine sleeps one of the browser's clocks may
 * stand, and the other may be set: the larger step counts, because too old is the harmless mistake.
 */
let said = { daemonMs: 0, monoMs: 0, wallMs: 0 };

export function clockSaid(daemonMs: number): void {
  said = { daemonMs, monoMs: performance.now(), wallMs: Date.now() };
}

export const sinceSaidMs = (): number =>
  Math.max(0, performance.now() - said.monoMs, Date.now() - said.wallMs);

export function showAges(): void {
  const now = said.daemonMs + sinceSaidMs();
  for (const element of document.querySelectorAll<HTMLElement>('[data-at]')) {
    const text = ageText(now - Number(element.dataset['at']));
    if (element.textContent !== text) element.textContent = text;
  }
}
