import type { Clock } from '../../../src/core/ports.ts';
import { after } from '../../../src/core/units.ts';
import type { Wire } from '../model.ts';

const EVERY_MS = 100;

/** The carriers as they were at the last look, and what happens when one changes. */
export interface LinkWatch {
  isUp(link: string): boolean;
  close(): void;
}

/** The first look is over when this settles. */
export async function watchLinks(
  parts: { readonly wire: Wire; readonly clock: Clock },
  links: readonly string[],
  onChange: (link: string, isUp: boolean) => void,
): Promise<LinkWatch> {
  const { wire, clock } = parts;
  const carriers = new Map<string, boolean>();
  for (const link of links) carriers.set(link, await wire.hasCarrier(link));
  let cancel: () => void = () => undefined;
  let isClosed = false;

  const look = async (): Promise<void> => {
    for (const link of links) {
      const isUp = await wire.hasCarrier(link);
      if (isClosed) return;
      if (carriers.get(link) === isUp) continue;
      carriers.set(link, isUp);
      onChange(link, isUp);
    }
    lookLater();
  };
  const lookLater = (): void => {
    cancel = clock.wakeAt(after(clock.nowMs(), EVERY_MS), () => void look());
  };
  lookLater();
  return {
    isUp: (link) => carriers.get(link) ?? true,
    close() {
      isClosed = true;
      cancel();
    },
  };
}
