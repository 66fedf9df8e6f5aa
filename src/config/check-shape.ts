import * as z from 'zod/mini';
import { MINUTE_MS } from '../core/units.ts';
import { commandShape, word } from './command-shape.ts';
import {
  parseCheckUrl,
  parseFmri,
  parseHostPort,
  parsePingHost,
  parseProcess,
  parseStatuses,
  parseUnit,
} from './check-subject.ts';
import { absoluteFile } from './file-shape.ts';
import { described, duration, list, mapping, must, oneOf, textAs, wholeNumber } from './value-shapes.ts';
import { interfaces } from './interface-shape.ts';

export const CHECKS_MAX = 1_024;
/** What a check is about: exactly one of these stands in it. */
export const SUBJECTS = [
  ...(['process', 'unit', 'smf', 'tcp', 'http'] as const),
  ...(['ping', 'interface', 'file', 'command'] as const),
] as const;
export type Subject = (typeof SUBJECTS)[number];

const WEIGHT_MAX = 253;
const TIMES_MAX = 100;
const NODES_MAX = 8;
const HEADERS_MAX_CHARACTERS = 1_024;

const yesOrNo = () => z.boolean({ error: must('true or false') });
const text = () => z.string({ error: must('text; write it in quotes') });
const nonEmpty = () => text().check(z.minLength(1, { error: 'is empty; leave it out, or write some text' }));

const statuses = () => {
  const one = () =>
    z.union(
      [
        z.pipe(
          wholeNumber(100, 599),
          z.transform((code) => ({ from: code, to: code })),
        ),
        textAs('a status code', '^[1-5][0-9]{2}(-[1-5][0-9]{2})?$', parseStatuses),
      ],
      { error: must('a status code such as 200, or a range such as 200-399') },
    );
  return z.pipe(
    z.union([one(), list(one(), 'status codes', 32)], {
      error: must('a status code such as 200, a range such as 200-399, or a list of them'),
    }),
    z.transform((written) => (Array.isArray(written) ? written : [written])),
  );
};

const headers = () => {
  const value = text().check(
    z.maxLength(HEADERS_MAX_CHARACTERS, { error: `is longer than ${HEADERS_MAX_CHARACTERS} characters` }),
    z.refine((one: string) => /^[\t\x20-\x7e]*$/.test(one), {
      error: 'has a character that no header takes',
    }),
  );
  const name = z.string().check(
    z.refine((one: string) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(one), {
      error: 'is not the name of a header',
      abort: true,
    }),
  );
  return z.record(name, value, { error: must('a mapping of headers to their values') });
};

const weight = () =>
  wholeNumber(-WEIGHT_MAX, WEIGHT_MAX).check(
    z.refine((value: number) => value !== 0, {
      error: 'is 0, which adds nothing; write for instance 2 or -2, or "vital: true"',
    }),
  );

/** One check. Which of the keys may stand together is said by check-rules.ts. */
export const checkShape = described(
  mapping({
    process: described(
      z.optional(textAs('the name of a program', '^[A-Za-z0-9_]', parseProcess)),
      'A process of this name runs, as `ps -o comm` shows it. Instead of the other subjects.',
      { examples: ['haproxy'] },
    ),
    unit: described(
      z.optional(textAs('the name of a unit', '^[A-Za-z0-9_]', parseUnit)),
      'systemd: this unit is active. Instead of the other subjects.',
      { examples: ['postfix.service'] },
    ),
    smf: described(
      z.optional(textAs('a service', '^[A-Za-z0-9]', parseFmri)),
      'illumos: this service is online. Instead of the other subjects.',
      { examples: ['svc:/network/http:apache24'] },
    ),
    tcp: described(
      z.optional(textAs('host and port, such as 127.0.0.1:443', '.:[0-9]+$', parseHostPort)),
      'HOST:PORT accepts a connection. Instead of the other subjects.',
      { examples: ['127.0.0.1:443'] },
    ),
    http: described(
      z.optional(textAs('a URL', '^https?://.', parseCheckUrl)),
      'A GET of this URL is answered as `status` and `body` say. Instead of the other subjects.',
      { examples: ['http://127.0.0.1:8404/health'] },
    ),
    ping: described(
      z.optional(textAs('a host', '^.', parsePingHost)),
      'This host answers an echo. Instead of the other subjects.',
      { examples: ['10.10.10.254'] },
    ),
    interface: described(
      z.optional(interfaces()),
      'This interface has a carrier; or one per node, and a node that is missing there does not ask. Instead of the other subjects.',
      { examples: ['eth1', { lb1: 'eth1', lb2: 'ens4' }] },
    ),
    file: described(
      z.optional(absoluteFile('check')),
      'What stands in this file decides, see `is` and `adds`. Instead of the other subjects.',
      { examples: ['/run/role'] },
    ),
    command: described(
      z.optional(commandShape(() => undefined)),
      'The absolute path of a program and its arguments ends with exit code 0. There is no shell. Instead of the other subjects.',
      { examples: [['/usr/local/bin/is-well', '--quiet']] },
    ),

    status: described(
      z.optional(statuses()),
      'Only with `http`: the status codes that are good; one, a range, or a list. Default: 200-399.',
      { examples: ['200-399', [200, 204]] },
    ),
    body: described(
      z.optional(nonEmpty()),
      'Only with `http`: text that the first 256 KiB of the answer contain. Default: it does not matter.',
      { examples: ['ready'] },
    ),
    headers: described(
      z.optional(headers()),
      'Only with `http`: headers of the request; `Host` also names the certificate that is wanted. Default: none but the usual.',
      { examples: [{ Host: 'www.example.net' }] },
    ),
    verify: described(
      z.optional(yesOrNo()),
      'Only with `http`, and https:// in it: whether the certificate has to be good. Default: true.',
      { examples: [false] },
    ),
    is: described(
      z.optional(text()),
      'Only with `file`: what has to stand in it, spaces and line ends around it aside. Instead of `adds`.',
      { examples: ['master'] },
    ),
    adds: described(
      z.optional(yesOrNo()),
      'Only with `file`: the whole number in it, -254 to 254, times `weight`, is added to the priority. Instead of `is`.',
      { examples: [true] },
    ),
    user: described(
      z.optional(
        word.check(
          z.refine((name: string) => /^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}\$?$/.test(name), {
            error: 'is not the name of a user',
          }),
        ),
      ),
      'Only with `command`: whose rights it has. Default: those of the daemon.',
      { examples: ['nobody'] },
    ),

    nodes: described(
      z.optional(list(text(), 'nodes', NODES_MAX)),
      'Which nodes ask, for what not all of them have. Default: all.',
      { examples: [['lb1']] },
    ),
    interval: described(
      z.prefault(duration({ minMs: 100, maxMs: 60 * MINUTE_MS }), '2s'),
      'How often it is asked. 100ms to 1h.',
    ),
    timeout: described(
      z.prefault(duration({ minMs: 10, maxMs: 10 * MINUTE_MS }), '1s'),
      'How long an answer may take; a program is ended then, with all that it started. 10ms to 10m.',
    ),
    rise: described(
      z.optional(wholeNumber(1, TIMES_MAX)),
      'How many good answers in a row make it up. 1 to 100. Default: 1.',
      { examples: [1] },
    ),
    fall: described(
      z.optional(wholeNumber(1, TIMES_MAX)),
      'How many bad answers in a row make it down. 1 to 100. Default: 2.',
      { examples: [2] },
    ),
    initial: described(
      z._default(
        oneOf({
          unknown: 'neither; the first answer decides at once',
          up: 'good, until `fall` answers say otherwise',
          down: 'bad, until `rise` answers say otherwise',
        }),
        'unknown',
      ),
      'What it counts as before the first answer.',
    ),
    slow: described(
      z.optional(
        oneOf({
          unknown: 'nothing: it stays as it was, and an alarm says so when it goes on',
          failed: 'a bad answer',
        }),
      ),
      'What no answer in time means. Default: unknown; for `ping` failed, since silence is how a dead host answers.',
      { examples: ['failed'] },
    ),
    weight: described(
      z.optional(weight()),
      'Positive: added to the priority of the node while this is up. Negative: added while it is down. -253 to 253. Default: none, and the check is vital; 1 with `adds`.',
      { examples: [2, -2] },
    ),
    vital: described(
      z.optional(yesOrNo()),
      'While it is down, the node cannot hold the group. Default: true, unless there is a `weight`, or `adds`.',
      { examples: [true] },
    ),
  }),
  'A question that this node asks of itself, again and again. One of the subjects process, unit, smf, tcp, http, ping, interface, file and command, and how its answers count.',
);

export type CheckShape = z.output<typeof checkShape>;
