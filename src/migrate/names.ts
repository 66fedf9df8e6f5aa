import { isName, NAME_CHARACTERS_MAX } from '../core/names.ts';

/** `VI_1` → `vi-1`; another one when that is taken, which it is from then on. */
export function nameFrom(text: string, taken: Set<string>, otherwise: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, NAME_CHARACTERS_MAX)
    .replace(/^-+|-+$/g, '');
  const wanted = isName(plain) ? plain : otherwise;
  let name = wanted;
  for (let nth = 2; taken.has(name); nth += 1) {
    const suffix = `-${nth}`;
    name = wanted.slice(0, NAME_CHARACTERS_MAX - suffix.length).replace(/-+$/, '') + suffix;
  }
  taken.add(name);
  return name;
}

/** Of the node beside it: `lb1` → `lb2`, `fw-a` → `fw-b`; otherwise numbered. */
export function neighbourOf(name: string, taken: Set<string>): string {
  const [, stem = '', digits] = /^(.*?)(\d{1,4})$/.exec(name) ?? [];
  if (digits !== undefined) {
    for (const step of [1, -1]) {
      const next = Number(digits) + step;
      const candidate = `${stem}${String(next).padStart(digits.length, '0')}`;
      if (next > 0 && !taken.has(candidate)) return nameFrom(candidate, taken, 'node');
    }
  }
  const letter = /^(.*-)([a-y])$/.exec(name);
  if (letter)
    return nameFrom(`${letter[1]}${String.fromCharCode(letter[2]!.charCodeAt(0) + 1)}`, taken, 'node');
  return nameFrom('node2', taken, 'node');
}
