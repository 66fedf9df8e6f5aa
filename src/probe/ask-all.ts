import type { Probed, Prober } from '../core/ports.ts';
import type { ProbeSettings } from '../core/settings.ts';
import { filledText } from './placeholders.ts';

export interface AllAnswered {
  /** As many of them as needed. */
  readonly answered: boolean;
  /** `PROBE: what was seen` for each that had come back by then, in the order of the probes. */
  readonly texts: string[];
}

/**
 * Asks all at once and settles as soon as the outcome is certain: `need` of them were answered, or can no longer be.
 * The rest go on to their limit unheard.
 */
export function askAll(
  prober: Prober,
  probes: readonly ProbeSettings[],
  { timeoutMs, need }: { readonly timeoutMs: number; readonly need: number },
  about?: Probed,
): Promise<AllAnswered> {
  return new Promise((resolve) => {
    const texts = new Map<number, string>();
    let yes = 0;
    const settleIfCertain = (): void => {
      const open = probes.length - texts.size;
      if (yes < need && yes + open >= need) return;
      const inOrder = [...texts].toSorted(([a], [b]) => a - b).map(([, text]) => text);
      resolve({ answered: yes >= need, texts: inOrder });
    };

    settleIfCertain(); // none needed, or more than there are
    probes.forEach((probe, index) => {
      void prober.ask(probe, { timeoutMs }, about).then(({ answered, text }) => {
        texts.set(index, `${filledText(probe.text, about)}: ${text}`);
        if (answered) yes += 1;
        settleIfCertain();
      });
    });
  });
}
