import * as z from 'zod/mini';
import { ALERT_KINDS } from '../core/settings.ts';
import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import { parseMailAddress, parseMailServer, parseWebhookUrl } from './alert-url.ts';
import { parseTemplate } from './alert-template.ts';
import { absoluteFile } from './file-shape.ts';
import {
  byName,
  described,
  duration,
  list,
  mapping,
  must,
  oneOf,
  textAs,
  wholeNumber,
} from './value-shapes.ts';

const RECIPIENTS_MAX = 20;
export const WEBHOOKS_MAX = 10;
const SUBJECT_CHARACTERS_MAX = 40;

const mailAddress = () => textAs('a mail address such as ops@example.net', '^[^@]+@.+$', parseMailAddress);
const file = (example: string) => absoluteFile(example);

const recipients = z.pipe(
  z.union([mailAddress(), list(mailAddress(), 'mail addresses', RECIPIENTS_MAX)], {
    error: must('a mail address, or a list of them'),
  }),
  z.transform((written): readonly string[] => (typeof written === 'string' ? [written] : written)),
);

const subject = textAs('a text for the beginning of the subject', '^.{1,40}$', (text) =>
  text.length <= SUBJECT_CHARACTERS_MAX && !/\p{Cc}/u.test(text)
    ? { value: text }
    : { problem: `a subject begins with at most ${SUBJECT_CHARACTERS_MAX} characters of one line` },
);

const mailShape = mapping({
  server: described(
    textAs('a mail server such as smtp://mail.example.net:587', '^smtps?://.', parseMailServer),
    'The mail server: smtp://HOST[:587] or, with TLS from the first byte, smtps://HOST[:465]. The name is looked up whenever a mail is sent.',
    { examples: ['smtp://mail.example.net:587'] },
  ),
  tls: described(
    z.optional(
      oneOf({
        required: 'a server without STARTTLS, or with a certificate that is not trusted, gets no mail',
        if_offered: 'encrypted when the server offers it',
        off: 'never; for a relay on this host',
      }),
    ),
    'Whether the connection to an smtp:// server must be encrypted with STARTTLS. Default: required.',
    { examples: ['required'] },
  ),
  user: described(
    z.optional(z.string({ error: must('a name') })),
    'Whom to log in as. Default: nobody logs in.',
    {
      examples: ['sealbeat'],
    },
  ),
  password_file: described(
    z.optional(file('mail-password')),
    'A file with the password of `user` in one line, mode 0600. Default: none; with `user` there must be one.',
    { examples: ['/etc/sealbeat/mail-password'] },
  ),
  ca: described(
    z.optional(file('mail-ca.pem')),
    "A PEM file with the authorities that may sign the server's certificate. Default: those of the system.",
    { examples: ['/etc/sealbeat/mail-ca.pem'] },
  ),
  from: described(
    z.union([mailAddress(), byName(mailAddress())], { error: must('a mail address, or one for each node') }),
    'The sender: one address, or one for each node.',
    { examples: ['sealbeat@example.net'] },
  ),
  to: described(recipients, 'Whom to tell: one address, or a list of up to 20.', {
    examples: [['ops@example.net']],
  }),
  subject: described(z.optional(subject), 'What the subject begins with. Default: [sealbeat CLUSTER].', {
    examples: ['[lb]'],
  }),
  timeout: described(
    z.prefault(duration({ minMs: SECOND_MS, maxMs: 5 * MINUTE_MS }), '30s'),
    'How long the delivery of one mail may take. 1s to 5m.',
  ),
});

const webhookShape = mapping({
  url: described(
    z.optional(textAs('a URL such as https://chat.example.net/hooks/7', '^https?://.', parseWebhookUrl)),
    'Where the message is posted to. Its host name is looked up whenever a message is sent. Instead of `url_file`.',
    { examples: ['https://chat.example.net/hooks/sealbeat'] },
  ),
  url_file: described(
    z.optional(file('chat-url')),
    'A file with the URL in one line, mode 0600, for services whose URL is the secret. Instead of `url`.',
    { examples: ['/etc/sealbeat/chat-url'] },
  ),
  template: described(
    z.prefault(
      textAs(
        'json, slack, alertmanager, or a JSON document',
        '^(json|slack|alertmanager|\\s*[{\\[][\\s\\S]*)$',
        parseTemplate,
      ),
      'json',
    ),
    'What is posted: `json` (all that is known), `slack` (a text, for Slack, Mattermost and Rocket.Chat), `alertmanager` (its API v2), or a JSON document with {group} {node} {from} {to} {cause} {epoch} {gap} {time} {severity} {text} in its strings.',
    { examples: ['json', 'slack', 'alertmanager', '{"content": "{text}"}'] },
  ),
  token_file: described(
    z.optional(file('chat-token')),
    'A file with a token in one line, mode 0600, that is sent as "Authorization: Bearer TOKEN". Default: none.',
    { examples: ['/etc/sealbeat/chat-token'] },
  ),
  header_file: described(
    z.optional(file('chat-headers')),
    'A file with more headers, one `Name: value` in each line, mode 0600. Default: none.',
    { examples: ['/etc/sealbeat/chat-headers'] },
  ),
  ca: described(
    z.optional(file('chat-ca.pem')),
    "A PEM file with the authorities that may sign the server's certificate. Default: those of the system.",
    { examples: ['/etc/sealbeat/chat-ca.pem'] },
  ),
  timeout: described(
    z.prefault(duration({ minMs: 100, maxMs: MINUTE_MS }), '10s'),
    'How long the server may take to answer. 100ms to 1m.',
  ),
});

const kinds = oneOf({
  moves: 'a group has moved, is up, or is on no node any more',
  faults: 'this node cannot hold a group, and can again',
  checks: 'a check has failed, and is well again',
  alarms: 'what "sealbeat status" shows as an alarm, and its end',
  peers: 'another node has fallen silent, and is back',
} satisfies Record<(typeof ALERT_KINDS)[number], string>);

export const alertsShape = mapping({
  mail: described(z.optional(mailShape), 'Mails by SMTP. Default: none.'),
  webhooks: described(
    z.optional(byName(webhookShape)),
    'Messages as JSON over HTTP to up to ten places, by name. Default: none.',
    { maxProperties: WEBHOOKS_MAX },
  ),
  on: described(
    z.prefault(list(kinds, 'kinds of messages', ALERT_KINDS.length), ['moves', 'faults', 'alarms', 'peers']),
    'What is told. Default: moves, faults, alarms and peers.',
    { examples: [['moves', 'faults', 'alarms', 'peers']] },
  ),
  rate: described(
    z.prefault(
      mapping({
        most: described(z.prefault(wholeNumber(1, 1_000), 20), 'How many messages.'),
        per: described(
          z.prefault(duration({ minMs: MINUTE_MS, maxMs: 24 * 60 * MINUTE_MS }), '10m'),
          'In how much time. 1m to 24h.',
        ),
      }),
      {},
    ),
    'How many messages are sent one by one in a while; what is more is told in one message at its end. Default: 20 in 10 minutes.',
  ),
  queue: described(
    z.prefault(wholeNumber(1, 10_000), 200),
    'How many messages wait for a place that does not take them, in memory; then the oldest is dropped, which is counted and told.',
  ),
});
