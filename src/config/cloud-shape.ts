import * as z from 'zod/mini';
import { COMMAND_WORDS } from '../core/placeholders.ts';
import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import { ADAPTER_MEANINGS } from './adapter-meanings.ts';
import { commandShape, word } from './command-shape.ts';
import { byName, described, duration, list, mapping, must, oneOf, type RawIssue } from './value-shapes.ts';

const COMMANDS_MAX = 16;
const VALUE_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

const words = () => commandShape(() => undefined);

/** One command, or several that are run one after the other. */
export interface WrittenCommands {
  readonly commands: readonly (readonly string[])[];
  /** Whether it is written as a bare list of words. */
  readonly isBare: boolean;
}

const commands = () =>
  z.pipe(
    z.union([words(), list(words(), 'commands', COMMANDS_MAX)], {
      error: must('a command as a list of words, or a list of such commands'),
    }),
    z.transform((written): WrittenCommands =>
      isOne(written) ? { commands: [written], isBare: true } : { commands: written, isBare: false },
    ),
  );

const isOne = (written: string[] | string[][]): written is string[] => typeof written[0] === 'string';

const expect = described(
  z._default(
    z
      .string({ error: must('text') })
      .check(z.minLength(1, { error: 'is empty; every output has that in it' })),
    '{address}',
  ),
  'What the output contains when the address is here, as a word of its own; the same placeholders as in `command`, without those of other nodes. An output without it says that the address is elsewhere.',
  { examples: ['{address}', '{ENI}'] },
);
const every = described(
  z.prefault(duration({ minMs: SECOND_MS, maxMs: 60 * MINUTE_MS }), '30s'),
  'How often the holder asks. 1s to 1h.',
);

const show = () => {
  const asked = mapping({
    command: described(
      words(),
      'Exit code 0: its output counts. Anything else: the cloud could not be asked, which says nothing about the address.',
      { examples: [['/usr/local/bin/hcloud', 'floating-ip', 'describe', '{FLOATING_IP}']] },
    ),
    expect,
    every,
  });
  const full = z.pipe(
    asked,
    z.transform((written) => ({ ...written, isBare: false })),
  );
  const bare = z.pipe(
    words(),
    z.transform((command) => ({ command, expect: '{address}', every: 30 * SECOND_MS, isBare: true })),
  );
  return z.union([bare, full], { error: must('a command as a list of words, or a mapping with "command"') });
};

const noValueName = ({ input }: RawIssue): string =>
  `"${String(input)}" cannot stand in braces; a name consists of letters, digits, "_" and "-", and starts with a letter`;
const taken = ({ input }: RawIssue): string =>
  `{${String(input)}} has a meaning already; use another name, for instance in capitals`;
const valueName = z.string().check(
  z.regex(VALUE_NAME, { error: noValueName, abort: true }),
  z.refine((name: string) => !(COMMAND_WORDS as readonly string[]).includes(name), { error: taken }),
);
const values = () => z.record(valueName, word, { error: must('a mapping of names to values') });

/** What can put the address on the host beside a cloud. */
const { command: _command, script: _script, carp: _carp, ...ALSO } = ADAPTER_MEANINGS;

export const cloudShape = mapping({
  up: described(
    commands(),
    'What makes the cloud send the address to this node: the absolute path of a program and its arguments, or a list of such commands. There is no shell. {address}, {prefix}, {interface}, {group}, {node}, {peer} and {epoch} are filled in, {NAME} with a value of this node, {other.NAME} with that of each other node in turn.',
    {
      examples: [['/usr/local/bin/hcloud', 'floating-ip', 'assign', '{FLOATING_IP}', '{SERVER}']],
    },
  ),
  down: described(
    z.optional(commands()),
    'What makes the cloud no longer send it to this node, and does nothing when another node has it by now. Default: none, since most clouds take an address away from whoever had it.',
    { examples: [['/usr/local/sbin/let-go', '{address}', '{SERVER}']] },
  ),
  show: described(
    z.optional(show()),
    'Asks the cloud where it sends the address: a command, or a mapping. With it a holder finds out that somebody else was given the address, and takes it back. Default: none, and what was last asked for is believed.',
    { examples: [['/usr/local/bin/hcloud', 'floating-ip', 'describe', '{FLOATING_IP}']] },
  ),
  values: described(
    z.prefault(byName(values()), {}),
    'By node, what stands for {NAME} in the commands. Quote numbers.',
    { examples: [{ lb1: { SERVER: 'lb1-hel' }, lb2: { SERVER: 'lb2-fsn' } }] },
  ),
  also: described(
    z._default(oneOf({ none: 'nothing: it is there already, or is not needed', ...ALSO }), 'auto'),
    'The adapter that puts the address on the host as well, as `adapter` names them.',
  ),
  timeout: described(
    z.prefault(duration({ minMs: SECOND_MS, maxMs: 10 * MINUTE_MS }), '30s'),
    'How long one command may take; then it is ended, with all that it has started. 1s to 10m.',
  ),
  give_up: described(
    z.prefault(duration({ minMs: SECOND_MS, maxMs: 30 * MINUTE_MS }), '60s'),
    'How long it is tried to get the address before another node may try. 1s to 30m, at least `timeout`.',
  ),
  overlap: described(
    z.optional(z.boolean({ error: must('true or false') })),
    'Whether a planned move begins at the new node, while the old one still has the address. Default: true without `down`, false with it.',
    { examples: [true] },
  ),
});

export type CloudShape = z.output<typeof cloudShape>;
