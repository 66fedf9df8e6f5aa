import type { Wire } from '../model.ts';

export interface Placed {
  readonly link: string;
  readonly address: string;
  readonly prefixLength: number;
}

/** What the network sees of a host. Level-triggered: told what should be seen, it asks the wire for the difference. */
export interface Presence {
  show(wanted: readonly Placed[]): void;
  /** After the addresses that were shown before it. */
  announce(link: string, address: string): void;
  settled(): Promise<void>;
}

const key = ({ link, address, prefixLength }: Placed): string => `${link} ${address}/${prefixLength}`;

export function presenceOn(wire: Wire): Presence {
  let shown = new Map<string, Placed>();
  const queue = inOrder();
  return {
    show(wanted) {
      const next = new Map(wanted.map((one) => [key(one), one]));
      for (const [name, one] of shown)
        if (!next.has(name)) queue.add(() => wire.vanish(one.link, one.address, one.prefixLength));
      for (const [name, one] of next)
        if (!shown.has(name)) queue.add(() => wire.appear(one.link, one.address, one.prefixLength));
      shown = next;
    },
    announce: (link, address) => queue.add(() => wire.announce(link, address)),
    settled: () => queue.done(),
  };
}

/** One thing after the other, and the first of them at once. */
function inOrder() {
  const waiting: (() => Promise<void> | void)[] = [];
  let isBusy = false;
  let running: Promise<void> | undefined;
  const work = async (): Promise<void> => {
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await next();
    } finally {
      isBusy = false;
      running = undefined;
    }
  };
  return {
    add(task: () => Promise<void> | void): void {
      waiting.push(task);
      if (isBusy) return;
      isBusy = true;
      running = work();
    },
    async done(): Promise<void> {
      while (running !== undefined) await running;
    },
  };
}
