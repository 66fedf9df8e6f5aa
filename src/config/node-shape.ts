import * as z from 'zod/mini';
import { OperatorError } from '../core/errors.ts';
import { parsePublicLine } from '../wire/public-line.ts';
import type { Parsed } from './parsed.ts';
import { parsePathUrl } from './path-url.ts';
import { described, list, mapping, textAs, wholeNumber } from './value-shapes.ts';

const PATHS_MAX = 4;
const KEYS_MAX = 2;

function readKey(text: string): Parsed<ReturnType<typeof parsePublicLine>> {
  try {
    return { value: parsePublicLine(text) };
  } catch (error) {
    if (error instanceof OperatorError) return { problem: `${error.message}; ${error.hint}` };
    throw error;
  }
}

/** A function, because a schema can have only one line of documentation and this one stands in two places. */
const publicLine = () =>
  textAs('a public line (sealbeat1…)', '^\\s*sealbeat1[a-z0-9]{212}(\\s+\\S+)?\\s*$', readKey);
export const priority = () => wholeNumber(1, 254);

export const nodeShape = described(
  mapping({
    key: described(
      z.optional(publicLine()),
      'The public line of this node, as "sealbeat keygen" printed it there. Required, unless `keys` is given.',
      { examples: ['sealbeat1…'] },
    ),
    keys: described(
      z.optional(list(publicLine(), 'public lines', KEYS_MAX)),
      'Instead of `key` while the key is being changed: the newest first, then the one that it replaces.',
      { examples: [['sealbeat1…', 'sealbeat1…']] },
    ),
    paths: described(
      list(textAs('a path', '^(udp|tcp)://.', parsePathUrl), 'paths', PATHS_MAX),
      'Where the other nodes reach this one, at most four ways: udp://HOST:PORT or tcp://HOST:PORT; the port is 7112 unless given, IPv6 stands in brackets.',
      { examples: [['udp://10.10.10.1:7112'], ['udp://10.10.10.1', 'tcp://[2001:db8::1]:7112']] },
    ),
    priority: described(
      z._default(priority(), 100),
      'Who is preferred: the highest priority, and of equals the name that sorts last. 1 to 254.',
    ),
  }),
  'One node of the cluster.',
  { oneOf: [{ required: ['key'] }, { required: ['keys'] }] },
);
