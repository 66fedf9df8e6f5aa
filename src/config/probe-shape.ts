import * as z from 'zod/mini';
import type { ConfirmSettings, ProbeSettings, WitnessSettings } from '../core/settings.ts';
import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import { commandShape } from './command-shape.ts';
import { hasPlaceholder, unknownPlaceholder, wrongSubject, type Subject } from './placeholder.ts';
import { parseProbeUrl } from './probe-url.ts';
import { described, duration, list, mapping, must, oneOf, textAs, wholeNumber } from './value-shapes.ts';

const PROBES_MAX = 8;
const TIMEOUT = { minMs: 10, maxMs: MINUTE_MS };

/** One question, as a URL or as a command. */
const probe = (subject: Subject) => {
  const url = textAs('a probe', '^(tcp|ssh|ping|https?)://.', (text) => parseProbeUrl(text, subject));
  const command = commandShape((words) => unknownPlaceholder(words) ?? wrongSubject(words, subject));
  const byCommand = z.pipe(
    mapping({
      command: described(
        command,
        'The absolute path of a program and its arguments; exit code 0 is a yes. There is no shell.',
        { examples: [['/usr/local/bin/is-online', '--quiet']] },
      ),
    }),
    z.transform(({ command }): ProbeSettings => ({ kind: 'command', command, text: command.join(' ') })),
  );
  const what = 'a probe such as tcp://HOST:PORT, or a mapping with "command"';
  return z.union([url, byCommand], { error: must(what) });
};

const probes = (subject: Subject) => list(probe(subject), 'probes', PROBES_MAX);
const aListOr = { error: must('a list of probes, or a mapping with "probes"') };

export const confirmShape = z.union(
  [
    probes('node'),
    mapping({
      probes: described(
        probes('node'),
        'Asked all at once: tcp://HOST:PORT, ssh://HOST, ping://HOST, http:// or https://, or { command: [...] }. {peer} stands for the address of the silent node, {name} for its name.',
        { examples: [['ssh://{peer}', 'tcp://{peer}:443']] },
      ),
      if_alive: described(
        z._default(oneOf({ wait: 'another lease, once', take: 'the group over all the same' }), 'wait'),
        'What to do when one of the probes is answered.',
      ),
      timeout: described(
        z.prefault(duration(TIMEOUT), '1s'),
        'How long an answer may take. The takeover waits for it. 10ms to 1m.',
      ),
    }),
  ],
  aListOr,
);

export const witnessShape = z.union(
  [
    probes('world'),
    mapping({
      probes: described(
        probes('world'),
        'Asked all at once: tcp://HOST:PORT, ssh://HOST, ping://HOST, http:// or https://, or { command: [...] }.',
        { examples: [['ping://10.10.10.254', 'ping://10.10.10.253']] },
      ),
      need: described(z._default(wholeNumber(1, PROBES_MAX), 1), 'How many of the probes must be answered.'),
      timeout: described(
        z.prefault(duration(TIMEOUT), '1s'),
        'How long an answer may take. At most 0.9 heartbeat timeouts less 1.2 intervals, so that a node that is cut off lets go in time. 10ms to 1m.',
      ),
    }),
  ],
  aListOr,
);

const fencesNobody = (words: readonly string[]): string | undefined =>
  unknownPlaceholder(words) ??
  (hasPlaceholder(words)
    ? undefined
    : 'names no node, so it would fence nobody in particular; pass "{name}" or "{peer}" to it, the name and the address of the silent node');

export const fenceShape = mapping({
  command: described(
    commandShape(fencesNobody),
    'The absolute path of a program and its arguments, at least one of them with {name} or {peer}, the name and the address of the node to fence. Exit code 0: it is fenced. There is no shell.',
    { examples: [['/usr/local/sbin/power-off', '{name}', '{peer}']] },
  ),
  timeout: described(
    z.prefault(duration({ minMs: SECOND_MS, maxMs: 10 * MINUTE_MS }), '30s'),
    'How long it may take. The takeover waits for it. 1s to 10m.',
  ),
});

type ConfirmShape = z.output<typeof confirmShape>;
type WitnessShape = z.output<typeof witnessShape>;

/** A bare list is a mapping with nothing but probes. */
export const confirmOf = (shape: ConfirmShape): ConfirmSettings =>
  Array.isArray(shape)
    ? { probes: shape, ifAlive: 'wait', timeoutMs: SECOND_MS }
    : { probes: shape.probes, ifAlive: shape.if_alive, timeoutMs: shape.timeout };

export const witnessOf = (shape: WitnessShape): WitnessSettings =>
  Array.isArray(shape)
    ? { probes: shape, need: 1, timeoutMs: SECOND_MS }
    : { probes: shape.probes, need: shape.need, timeoutMs: shape.timeout };
