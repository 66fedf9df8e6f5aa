import * as z from 'zod/mini';
import { HOOK_MOMENTS, type HookMoment, type HookSettings } from '../core/hooks.ts';
import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import { commandShape } from './command-shape.ts';
import { described, duration, list, mapping, must, oneOf } from './value-shapes.ts';

const HOOKS_MAX = 8;
const TIMEOUT_MS_MIN = 100;
const TIMEOUT_MS_MAX = 10 * MINUTE_MS;
const TIMEOUT_MS = 30 * SECOND_MS;
/** What holds something up: a takeover, or a move. */
const HOLDING_TIMEOUT_MS_MAX = MINUTE_MS;
const HOLDING_TIMEOUT_MS = 5 * SECOND_MS;

const holds = (moment: HookMoment): boolean => moment === 'pre_up' || moment === 'pre_down';

/** Names that accounts have on every system; no number, which could be meant as either. */
const account = (what: string) =>
  z.string({ error: must(`the name of a ${what}`) }).check(
    z.regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, {
      error: ({ input }) => `"${String(input)}" is not the name of a ${what}`,
    }),
  );

const style = () =>
  oneOf({
    sealbeat: 'the words as they stand here',
    keepalived:
      'with INSTANCE, the name of the group, MASTER, BACKUP, FAULT or STOP, and the priority behind them',
  });

const run = () => commandShape(() => undefined);

const hookShape = (timeout: z.ZodMiniType<number, string>, bounds: string) =>
  mapping({
    run: described(run(), 'The absolute path of a program and its arguments. There is no shell.', {
      examples: [['/etc/sealbeat/hook.sh', 'web']],
    }),
    user: described(
      z.optional(account('user')),
      'Whom it is run as. Default: `hooks.user`, else whoever runs the daemon.',
      {
        examples: ['www-data'],
      },
    ),
    group: described(
      z.optional(account('group')),
      "The one group that it is run with. Default: `hooks.group`, else the user's own.",
      { examples: ['ssl-cert'] },
    ),
    timeout: described(
      z.optional(timeout),
      `How long it may take; then it is ended, with all that it has started. ${bounds}`,
      { examples: ['10s'] },
    ),
    style: described(z.optional(style()), 'What it is called with. Default: `hooks.style`, else sealbeat.', {
      examples: ['keepalived'],
    }),
  });

const oneOrMore = (moment: HookMoment) => {
  const maxMs = holds(moment) ? HOLDING_TIMEOUT_MS_MAX : TIMEOUT_MS_MAX;
  const bounds = holds(moment) ? 'Default: 5s. 100ms to 1m.' : 'Default: 30s. 100ms to 10m.';
  const one = hookShape(duration({ minMs: TIMEOUT_MS_MIN, maxMs }), bounds);
  return z.union([one, list(one, 'hooks', HOOKS_MAX), run()], {
    error: must(
      'a list of words, the program and its arguments, or a mapping with "run", or a list of such mappings',
    ),
  });
};

const moment = (name: HookMoment, description: string) =>
  described(z.optional(oneOrMore(name)), `${description} Default: none.`, {
    examples: [['/etc/sealbeat/hook.sh', name]],
  });

export const hooksShape = mapping({
  user: described(
    z.optional(account('user')),
    'Whom the hooks of this group are run as. Default: whoever runs the daemon.',
    { examples: ['www-data'] },
  ),
  group: described(
    z.optional(account('group')),
    "The one group that they are run with. Default: the user's own.",
    { examples: ['ssl-cert'] },
  ),
  timeout: described(
    z.optional(duration({ minMs: TIMEOUT_MS_MIN, maxMs: TIMEOUT_MS_MAX })),
    'How long one of them may take. Default: 5s for pre_up and pre_down, for which it is 1m at most, and 30s for the others. 100ms to 10m.',
    { examples: ['10s'] },
  ),
  style: described(z._default(style(), 'sealbeat'), 'What they are called with.'),
  pre_up: moment(
    'pre_up',
    'Before the addresses are brought up here. The takeover waits for it, and goes on whatever it comes to.',
  ),
  post_up: moment('post_up', 'When the addresses are here.'),
  pre_down: moment(
    'pre_down',
    'Before the addresses go from here in a move that can wait. The move waits for it, and goes on whatever it comes to.',
  ),
  post_down: moment('post_down', 'When the addresses were here, or were to be, and are gone.'),
  on_fault: moment(
    'on_fault',
    'When this node cannot hold the group: its addresses could not be set, or a vital check failed.',
  ),
  on_standby: moment('on_standby', 'When this node is a standby that could take over.'),
});

type HooksShape = z.output<typeof hooksShape>;

/** In the order of the moments, and within a moment in that of the file. */
export const hooksOf = (hooks: HooksShape): readonly HookSettings[] =>
  HOOK_MOMENTS.flatMap((name) => hooksWritten(hooks, name).map(({ hook }) => hook));

/** With the place where each is written, below `groups.NAME.hooks`. */
export function hooksWritten(
  hooks: HooksShape,
  name: HookMoment,
): readonly { readonly hook: HookSettings; readonly path: readonly (string | number)[] }[] {
  const written = hooks[name];
  if (written === undefined) return [];
  const some = Array.isArray(written) ? (isWords(written) ? [{ run: written }] : written) : [written];
  const isList = Array.isArray(written) && !isWords(written);
  return some.map((one, index) => ({
    path: isList ? [name, index] : [name],
    hook: hookOf(name, one, hooks),
  }));
}

type Written = { readonly run: readonly string[] } & Partial<{
  readonly user: string | undefined;
  readonly group: string | undefined;
  readonly timeout: number | undefined;
  readonly style: 'sealbeat' | 'keepalived' | undefined;
}>;

const isWords = (written: readonly unknown[]): written is readonly string[] => typeof written[0] === 'string';

function hookOf(
  name: HookMoment,
  { run: words, user, group, timeout, style: own }: Written,
  all: HooksShape,
): HookSettings {
  const shared =
    all.timeout === undefined
      ? undefined
      : holds(name)
        ? Math.min(all.timeout, HOLDING_TIMEOUT_MS_MAX)
        : all.timeout;
  return {
    moment: name,
    words,
    user: user ?? all.user ?? '',
    // Another user does not get the group that goes with the user for all.
    group: group ?? (user === undefined || user === all.user ? (all.group ?? '') : ''),
    timeoutMs: timeout ?? shared ?? (holds(name) ? HOLDING_TIMEOUT_MS : TIMEOUT_MS),
    style: own ?? all.style,
  };
}
