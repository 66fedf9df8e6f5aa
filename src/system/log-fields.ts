import { OperatorError } from '../core/errors.ts';

const MAX_TEXT = 1_000;
const MAX_ENTRIES = 32;
const MAX_DEPTH = 4;
const SECRET_WORDS = new Set([
  'key',
  'keys',
  'secret',
  'secrets',
  'seed',
  'seeds',
  'nonce',
  'nonces',
  'password',
  'passwords',
  'token',
  'tokens',
  'credential',
  'credentials',
  'authorization',
]);
/** What the log itself writes into a line. */
const RESERVED = new Set(['level', 'time', 'msg', 'repeated']);
const REDACTED = '[redacted]';

/**
 * Log fields → the same, fit to be written: plain JSON of bounded size without secrets. A value is left out when a
 * word of its name, at any depth, is key, secret, seed, nonce, password, token or the like (`boxSecret`, `sign_seed`); bytes are
 * never shown, only counted. Never throws.
 */
export function safeFields(fields: object): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of entriesOf(fields)) {
    safe[RESERVED.has(name) ? `${name}_` : name] = isSecret(name) ? REDACTED : safeValue(value, 1);
  }
  return safe;
}

export const cut = (text: string, characters: number): string =>
  text.length <= characters ? text : `${text.slice(0, characters)}… (${text.length} characters)`;

function safeValue(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return cut(value, MAX_TEXT);
    case 'bigint':
      return String(value);
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
    case 'object':
      return value === null ? null : safeObject(value, depth);
    default:
      return value;
  }
}

function safeObject(value: object, depth: number): unknown {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Error) return safeError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString();
  if (depth >= MAX_DEPTH) return Array.isArray(value) ? '[list]' : '[object]';
  if (value instanceof Set) return safeObject([...value], depth);
  if (Array.isArray(value)) {
    const shown = value.slice(0, MAX_ENTRIES).map((one) => safeValue(one, depth + 1));
    return value.length > MAX_ENTRIES ? [...shown, `… ${value.length} in all`] : shown;
  }
  const safe: Record<string, unknown> = {};
  for (const [name, inner] of entriesOf(value)) {
    safe[name] = isSecret(name) ? REDACTED : safeValue(inner, depth + 1);
  }
  return safe;
}

/** What the operator can act on; where it came from only for faults of ours. */
function safeError(error: Error, depth: number): unknown {
  const { code } = error as { code?: unknown };
  const stack = error instanceof OperatorError ? undefined : error.stack;
  return {
    ...(typeof code === 'string' ? { code } : {}),
    message: cut(error.message, MAX_TEXT),
    ...(error instanceof OperatorError ? { hint: cut(error.hint, MAX_TEXT) } : {}),
    ...(error.cause === undefined || depth >= MAX_DEPTH ? {} : { cause: safeValue(error.cause, depth + 1) }),
    ...(stack === undefined ? {} : { stack: cut(stack, 2 * MAX_TEXT) }),
  };
}

function entriesOf(value: object): [string, unknown][] {
  const entries =
    value instanceof Map ? [...value].map(([name, one]) => [String(name), one]) : Object.entries(value);
  return entries.slice(0, MAX_ENTRIES) as [string, unknown][];
}

function isSecret(name: string): boolean {
  const words = name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/);
  return words.some((word) => SECRET_WORDS.has(word.toLowerCase()));
}
