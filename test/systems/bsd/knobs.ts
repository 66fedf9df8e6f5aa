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

/** `name=value` as two; the value undefined where it is only to be shown. */
export function splitSetting(text: string): readonly [string, string | undefined] {
  const equalsAt = text.indexOf('=');
  return equalsAt < 0 ? [text, undefined] : [text.slice(0, equalsAt), text.slice(equalsAt + 1)];
}

const LEVELS = ['top', 'second', 'third', 'fourth', 'fifth', 'sixth'];

/** Where a name that is not in the table leaves it: the level, in words, and the part of the name. */
export function unknownLevel(name: string, table: Knobs): { readonly level: string; readonly part: string } {
  const parts = name.split('.');
  const head = (depth: number): string => parts.slice(0, depth).join('.');
  const isKnown = (depth: number): boolean =>
    [...table.keys()].some((full) => full === head(depth) || full.startsWith(`${head(depth)}.`));
  const at = parts.findIndex((_, index) => !isKnown(index + 1));
  return { level: LEVELS[at] ?? 'last', part: parts[at] ?? name };
}
