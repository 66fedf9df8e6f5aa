import { isName } from '../core/names.ts';

/** What stands at a path of member names and positions in somebody's JSON; undefined where nothing does. */
export function fieldAt(body: unknown, ...path: readonly (string | number)[]): unknown {
  let at = body;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[step];
  }
  return at;
}

/** A 64-bit number as etcd writes it: digits in a string. Never a JSON number, which would lose its last digits. */
export function digitsAt(body: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = fieldAt(body, ...path);
  return typeof found === 'string' && /^\d{1,20}$/.test(found) ? found : undefined;
}

export const toBase64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** Who holds a lock, by its value in base64; undefined when the value is not one that we write. */
export function holderIn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const node = fieldAt(JSON.parse(Buffer.from(value, 'base64').toString('utf8')), 'node');
    return typeof node === 'string' && isName(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

export const lockKey = (cluster: string, group: string): string => `sealbeat/${cluster}/${group}`;
export const lockValue = (node: string): string => JSON.stringify({ node });
