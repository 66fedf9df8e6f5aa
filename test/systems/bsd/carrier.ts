import type { Interface } from './interface.ts';
import type { Kernel } from './kernel.ts';

const LOOK_EVERY_MS = 100;

export interface CarrierWatch {
  /** Looks at the cables now. */
  check(): Promise<void>;
}

/** Drivers tell a kernel at once; a wire has to be asked. */
export function watchCarrier(kernel: Kernel, onChange: (iface: Interface) => void): CarrierWatch {
  let isClosed = false;
  kernel.untilClosed(() => void (isClosed = true));
  const check = async (): Promise<void> => {
    if (isClosed) return;
    for (const iface of kernel.interfaces().filter(({ kind }) => kind === 'ether')) {
      const hasCarrier = await kernel.wire.hasCarrier(iface.name);
      if (hasCarrier === iface.hasCarrier) continue;
      iface.hasCarrier = hasCarrier;
      onChange(iface);
      kernel.publish();
    }
  };
  const lookAgain = (): void => {
    kernel.timers.in(LOOK_EVERY_MS, lookAgain);
    void check();
  };
  lookAgain();
  return { check };
}
