import { KernelError } from './errno.ts';

/** One number that sysctl(8) shows and sets. */
export interface Knob {
  read(): number;
  write(value: number): void;
}

/** By their full names. */
export type Knobs = ReadonlyMap<string, Knob>;

export function knob(initial: number, onWrite: () => void = () => undefined): Knob {
  let value = initial;
  return {
    read: () => value,
    write(next) {
      const isNew = next !== value;
      value = next;
      if (isNew) onWrite();
    },
  };
}

export const readOnly = (read: () => number): Knob => ({
  read,
  write() {
    throw new KernelError('EPERM');
  },
});

/** `name=value` as two; the value undefined where it is only to be shown. */
export function splitSetting(text: string): readonly [string, string | undefined] {
  const equalsAt = text.indexOf('=');
  return equalsAt < 0 ? [text, undefined] : [text.slice(0, equalsAt), text.slice(equalsAt + 1)];
}
