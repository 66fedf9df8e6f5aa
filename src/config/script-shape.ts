import * as z from 'zod/mini';
import type { ScriptSettings } from '../core/settings.ts';
import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import { commandShape, whyNoProgram } from './command-shape.ts';
import type { Parsed } from './parsed.ts';
import { described, duration, mapping, must, textAs } from './value-shapes.ts';

/** These go through the guard, which reads them line by line. */
const noLine = (words: readonly string[]): string | undefined =>
  words.some((word) => /[\n\u001f]/.test(word))
    ? 'has a line break or another control character in it'
    : undefined;

/** A path, or a list when more is to stand behind interface and address. */
const program = () => {
  const path = textAs('the absolute path of a program', '^/.', (text): Parsed<readonly string[]> => {
    const problem = whyNoProgram(text) ?? noLine([text]);
    return problem === undefined ? { value: [text] } : { problem };
  });
  return z.union([path, commandShape(noLine)], {
    error: must(
      'the absolute path of a program, or a list of it and what it gets behind interface and address',
    ),
  });
};

export const scriptShape = mapping({
  up: described(
    program(),
    'A program that puts an address on the host. It is run as PROGRAM INTERFACE ADDRESS, once for each address, without a shell; a list adds words behind the address. Exit code 0: the address is there.',
    { examples: ['/etc/sealbeat/vip-up.sh', ['/etc/vip-up.sh', 'web']] },
  ),
  down: described(
    program(),
    'A program that takes an address off the host, run in the same way. Exit code 0: the address is gone, also when it was not there.',
    { examples: ['/etc/sealbeat/vip-down.sh'] },
  ),
  show: described(
    z.optional(program()),
    'A program that says whether an address is on the host, run in the same way. Exit code 0: it is; 1: it is not; anything else: it cannot tell. Default: none, and what was last done is believed.',
    { examples: ['/etc/sealbeat/vip-show.sh'] },
  ),
  timeout: described(
    z.prefault(duration({ minMs: SECOND_MS, maxMs: 5 * MINUTE_MS }), '10s'),
    'How long one run may take; then the program is ended, with all that it has started. All runs of one move may take twice as long together. 1s to 5m.',
  ),
  overlap: described(
    z._default(z.boolean({ error: must('true or false') }), false),
    'Whether two hosts may have the address for the moment of a planned move. false: it is taken down before it is brought up elsewhere.',
  ),
});

export const scriptOf = ({
  up,
  down,
  show,
  timeout,
  overlap,
}: z.output<typeof scriptShape>): ScriptSettings => ({
  ...{ up, down, show, timeoutMs: timeout, overlap },
});
