import * as z from 'zod/mini';
import { OperatorError } from '../core/errors.ts';
import { NAME_CHARACTERS_MAX, NAME_PATTERN, NAME_RULE } from '../core/names.ts';
import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import { parsePublicLine } from '../wire/public-line.ts';
import { parseDuration, withoutUnit, type DurationRange } from './duration.ts';
import type { Parsed } from './parsed.ts';
import { parsePathUrl } from './path-url.ts';
import { parseVipAddress } from './vip-address.ts';

/**
 * The shape of the config file: every key with its default, its bounds and a line for people. json-schema.ts makes the
 * JSON Schema of the same source; node-rules.ts, group-rules.ts and timing.ts hold what a shape can't say. Sentences here
 * are read behind the place they are about: `heartbeat.interval: 250 has no unit; write 250ms`.
 */
export const NODES_MIN = 2;
export const NODES_MAX = 8;
export const GROUPS_MAX = 256;
const PATHS_MAX = 4;
const KEYS_MAX = 2;
const VIPS_MAX = 1_024;
const DURATION_PATTERN = '^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$';

/** What goes into the JSON Schema as it stands. */
export interface Doc {
  readonly description?: string;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly examples?: readonly unknown[];
  readonly pattern?: string;
  readonly oneOf?: readonly object[];
}
export const docs = z.registry<Doc>();

function described<T extends z.ZodMiniType>(
  schema: T,
  description: string,
  more: Omit<Doc, 'description'> = {},
): T {
  docs.add(schema, { description, ...more });
  return schema;
}

/** What a value is, in words, for "must be …, not …". */
export function kindOf(value: unknown): string {
  if (value === null || value === '') return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? `"${value.slice(0, 40)}"` : String(value);
}

type RawIssue = { readonly input?: unknown };
const must =
  (be: string) =>
  ({ input }: RawIssue): string =>
    input === undefined ? `is missing; it must be ${be}` : `must be ${be}, not ${kindOf(input)}`;

/** Text that has a meaning; `pattern` is what a JSON Schema can say about it. */
function textAs<T>(what: string, pattern: string, parse: (text: string) => Parsed<T>, error = must(what)) {
  const text = z.string({ error });
  docs.add(text, { pattern });
  return z.pipe(
    text,
    z.transform((text: string, context): T => {
      const parsed = parse(text);
      if ('value' in parsed) return parsed.value;
      context.issues.push({ code: 'custom', message: parsed.problem, input: text });
      return z.NEVER;
    }),
  );
}

function duration(range: DurationRange) {
  const be = must('a duration such as 250ms or 3s');
  const error = (issue: RawIssue): string =>
    typeof issue.input === 'number' ? withoutUnit(issue.input) : be(issue);
  return textAs('a duration', DURATION_PATTERN, (text) => parseDuration(text, range), error);
}

const wholeNumber = (min: number, max: number) => {
  const error = must(`a whole number from ${min} to ${max}`);
  return z.int({ error }).check(z.gte(min, { error }), z.lte(max, { error }));
};

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: must(values.length > 1 ? `one of ${values.join(', ')}` : values[0]) });

const mapping = <T extends z.core.$ZodLooseShape>(shape: T) =>
  z.strictObject(shape, { error: must('a mapping of keys to values') });

const list = <T extends z.ZodMiniType>(element: T, what: string, max: number) => {
  const error = must(`a list of 1 to ${max} ${what}`);
  return z
    .array(element, { error })
    .check(
      z.minLength(1, { error: `is empty; it needs 1 to ${max} ${what}` }),
      z.maxLength(max, { error: `has too many entries; ${max} ${what} at most` }),
    );
};

const noName = ({ input }: RawIssue): string => `"${String(input)}" is not a name; a name ${NAME_RULE}`;
const aName = (schema: z.ZodMiniString<string>) =>
  schema.check(
    z.regex(NAME_PATTERN, { error: noName, abort: true }),
    z.maxLength(NAME_CHARACTERS_MAX, { error: noName }),
  );
const byName = <T extends z.ZodMiniType>(value: T) =>
  z.record(aName(z.string()), value, { error: must('a mapping with one entry per name') });

function readKey(text: string): Parsed<ReturnType<typeof parsePublicLine>> {
  try {
    return { value: parsePublicLine(text) };
  } catch (error) {
    if (error instanceof OperatorError) return { problem: `${error.message}; ${error.hint}` };
    throw error;
  }
}

/** Seconds; 0 for `off`. */
function readLease(text: string): Parsed<number> {
  if (text === 'off') return { value: 0 };
  const read = parseDuration(text, { minMs: SECOND_MS, maxMs: MINUTE_MS });
  if ('problem' in read) return read;
  if (read.value % SECOND_MS === 0) return { value: read.value / SECOND_MS };
  return { problem: `${text} is not a whole number of seconds, in which the kernel counts leases` };
}

/** A function, because a schema can have only one line of documentation and this one stands in two places. */
const publicLine = () =>
  textAs('a public line (sealbeat1…)', '^\\s*sealbeat1[a-z0-9]{212}(\\s+\\S+)?\\s*$', readKey);
const priority = () => wholeNumber(1, 254);

const interfaces = () => {
  const error = must('the name of an interface, or a mapping of nodes to interfaces');
  const one = z
    .string({ error })
    .check(z.minLength(1, { error: 'is empty; it must be the name of an interface' }));
  return z.union([one, byName(one)], { error });
};

const heartbeatShape = mapping({
  interval: described(
    z.prefault(duration({ minMs: 10, maxMs: MINUTE_MS }), '250ms'),
    'How often a heartbeat goes to every peer over every path. 10ms to 1m.',
  ),
  timeout: described(
    z.prefault(duration({ minMs: 10, maxMs: MINUTE_MS }), '3s'),
    'How long a peer may be silent before it is dead. At least 1.7 intervals; with lease + 1.2s or more, no two nodes hold an address after a crash. 10ms to 1m.',
  ),
  startup: described(
    z.optional(duration({ minMs: 10, maxMs: 10 * MINUTE_MS })),
    'How long a starting node waits for its peers before it acts alone. Default: two timeouts. 10ms to 10m.',
  ),
  unproven: described(
    z.prefault(duration({ minMs: 0, maxMs: 10 * MINUTE_MS }), '60s'),
    'How long a starting node respects an active peer that it hears but cannot reach. 0s to 10m.',
  ),
});

const nodeShape = described(
  mapping({
    key: described(
      z.optional(publicLine()),
      'The public line of this node, as "sealbeat keygen" printed it there. Required, unless `keys` is given.',
    ),
    keys: described(
      z.optional(list(publicLine(), 'public lines', KEYS_MAX)),
      'Instead of `key` while the key is being changed: the newest first, then the one that it replaces.',
    ),
    paths: described(
      list(textAs('a path', '^(udp|tcp)://.', parsePathUrl), 'paths', PATHS_MAX),
      'Where the other nodes reach this one, at most four ways: udp://HOST:PORT or tcp://HOST:PORT; the port is 7112 unless given, IPv6 stands in brackets.',
      { examples: [['udp://10.10.10.1:7112']] },
    ),
    priority: described(
      z._default(priority(), 100),
      'Who is preferred: the highest priority, and of equals the name that sorts last. 1 to 254.',
    ),
  }),
  'One node of the cluster.',
  { oneOf: [{ required: ['key'] }, { required: ['keys'] }] },
);

const address = () => textAs('an IPv4 or IPv6 address', '^[0-9a-fA-F.:]+(/[0-9]{1,3})?$', parseVipAddress);
const vipShape = z.union(
  [
    described(address(), 'An address; /32 or /128 unless a length is given.'),
    mapping({
      address: described(address(), 'The address; /32 or /128 unless a length is given.', {
        examples: ['10.10.10.42', '2001:db8::42/64'],
      }),
      label: described(
        z._default(z.string({ error: must('text') }), ''),
        'Linux only, IPv4 only: the label shown by ip-address(8), which starts with the interface and a colon; at most 15 characters.',
      ),
      interface: described(
        z.optional(interfaces()),
        "Where this address goes. Default: the group's interface.",
      ),
    }),
  ],
  { error: must('an address, or a mapping with "address"') },
);

const groupShape = described(
  mapping({
    interface: described(
      z.optional(interfaces()),
      'The interface for the addresses, or one per node; a node that is missing there cannot hold the group. Required, unless every address has its own.',
      { examples: ['eth0', { lb1: 'eth0', lb2: 'ens3' }] },
    ),
    vips: described(
      list(vipShape, 'addresses', VIPS_MAX),
      'The virtual addresses, which move together. Quote IPv6 addresses.',
      { examples: [['10.10.10.42', '2001:db8::42']] },
    ),
    adapter: described(
      z._default(oneOf(['auto', 'linux', 'simulated']), 'auto'),
      'How addresses are put on the host. auto: as the operating system wants it. simulated: as files in the directory that `interface` names, for rehearsals.',
    ),
    failback: described(
      z.prefault(
        mapping({
          mode: described(
            z._default(oneOf(['auto', 'manual']), 'auto'),
            'auto: a better node takes the group back when it has been healthy for `delay`. manual: only on command.',
          ),
          delay: described(
            z.prefault(duration({ minMs: 0, maxMs: 60 * MINUTE_MS }), '10s'),
            'How long the better node has to be healthy first. 0s to 1h.',
          ),
        }),
        {},
      ),
      'What happens when a better node comes back.',
    ),
    announce: described(
      z.prefault(
        mapping({
          method: described(
            z._default(oneOf(['auto', 'arping', 'same-mac', 'none']), 'auto'),
            'How neighbours learn where an address went. auto: the best that the host offers. none: nothing is announced.',
          ),
          refresh: described(
            z.prefault(duration({ minMs: SECOND_MS, maxMs: 60 * MINUTE_MS }), '60s'),
            'How often the holder announces again, for as long as it holds. 1s to 1h.',
          ),
        }),
        {},
      ),
      'Gratuitous ARP and unsolicited neighbour advertisements.',
    ),
    priority: described(
      z.prefault(byName(priority()), {}),
      "By node, where the group's priority differs from the node's own. 1 to 254.",
      { examples: [{ lb2: 120 }] },
    ),
  }),
  'Virtual addresses that move as one.',
);

const lease = z.prefault(
  textAs('a duration in whole seconds, or off', `^off$|${DURATION_PATTERN}`, readLease),
  '1s',
);

export const fileShape = described(
  mapping({
    cluster: described(
      aName(z.string({ error: must('a name') })),
      'The name of the cluster. Heartbeats of another cluster are not understood, so two clusters can share hosts and keys.',
    ),
    heartbeat: described(z.prefault(heartbeatShape, {}), 'Timing of the heartbeats.'),
    lease: described(
      lease,
      'How long the kernel keeps an address that the agent no longer renews (Linux). Whole seconds, 1s to 1m, or off.',
    ),
    nodes: described(byName(nodeShape), 'Two to eight nodes, by name. The file is the same on all of them.', {
      minProperties: NODES_MIN,
      maxProperties: NODES_MAX,
    }),
    groups: described(byName(groupShape), 'The groups of virtual addresses, by name; at most 256.', {
      minProperties: 1,
      maxProperties: GROUPS_MAX,
    }),
  }),
  'Configuration of sealbeat, the same file on every node.',
);

/** Parts of the file that still have a meaning when another part has none. */
export const sectionShapes = {
  heartbeat: heartbeatShape,
  lease,
  node: nodeShape,
  group: groupShape,
} as const;

export type FileShape = z.output<typeof fileShape>;
export type NodeShape = z.output<typeof nodeShape>;
export type GroupShape = z.output<typeof groupShape>;
export type VipShape = z.output<typeof vipShape>;
export type InterfaceShape = string | Record<string, string>;
