import { WEBHOOKS_MAX } from './alert-shape.ts';
import { closest } from './closest.ts';
import { parseIpAddress } from './ip-address.ts';
import { ownValue, type Parts } from './parts.ts';
import type { AlertsShape } from './schema.ts';
import type { Finding } from './shape-problems.ts';

type Mail = NonNullable<AlertsShape['mail']>;
type Webhook = NonNullable<AlertsShape['webhooks']>[string];

export function alertFindings({ alerts, nodes }: Parts): readonly Finding[] {
  if (!alerts) return [];
  const { mail, webhooks = {}, on } = alerts;
  const hooks = Object.entries(webhooks);
  const nobody = mail === undefined && hooks.length === 0;
  return [
    ...(nobody ? [error([], 'names nobody; write "mail:" or "webhooks:" below it')] : []),
    ...(hooks.length > WEBHOOKS_MAX
      ? [error(['webhooks'], `has ${hooks.length} entries; ${WEBHOOKS_MAX} at most`)]
      : []),
    ...on.flatMap((kind, index) =>
      on.indexOf(kind) < index ? [error(['on', index], `${kind} stands twice; remove one of the two`)] : [],
    ),
    ...(mail ? [...mailFindings(mail), ...senderFindings(mail, [...nodes.keys()])] : []),
    ...(mail && ownValue(webhooks, 'mail')
      ? [{ ...error(['webhooks', 'mail'], 'is called as the mails are; give it another name'), atKey: true }]
      : []),
    ...hooks.flatMap(([name, webhook]) => webhookFindings(name, webhook)),
  ];
}

const error = (path: readonly PropertyKey[], text: string): Finding => ({
  severity: 'error',
  path: ['alerts', ...path],
  text,
});
const warning = (path: readonly PropertyKey[], text: string): Finding => ({
  ...error(path, text),
  severity: 'warning',
});

function mailFindings({ server, tls, user, password_file, ca }: Mail): readonly Finding[] {
  const found: Finding[] = [];
  const mayBePlain = server.scheme === 'smtp' && (tls === 'off' || tls === 'if_offered');
  if (server.scheme === 'smtps' && tls !== undefined && tls !== 'required')
    found.push(error(['mail', 'tls'], 'smtps:// is always encrypted; remove this, or write smtp:// above'));
  if (user !== undefined && password_file === undefined)
    found.push(
      error(['mail', 'user'], 'has no "password_file" beside it; put the password into a file of its own'),
    );
  if (user === undefined && password_file !== undefined)
    found.push(error(['mail', 'password_file'], 'has no "user" beside it'));
  if (user !== undefined && mayBePlain && !isLoopback(server.host)) {
    const text = `${tls} may send the password in the clear; write required, or leave "user" out`;
    found.push(error(['mail', 'tls'], text));
  }
  if (ca !== undefined && server.scheme === 'smtp' && tls === 'off')
    found.push(
      warning(['mail', 'ca'], 'is not used, because nothing is encrypted; remove this, or "tls: off"'),
    );
  return found;
}

function senderFindings({ from }: Mail, nodes: readonly string[]): readonly Finding[] {
  if (typeof from === 'string') return [];
  const strangers = Object.keys(from).filter((name) => !nodes.includes(name));
  const missing = nodes.filter((name) => ownValue(from, name) === undefined);
  return [
    ...strangers.map((name) => {
      const near = closest(name, nodes);
      const meant = near === undefined ? `the nodes are ${nodes.join(', ')}` : `did you mean "${near}"?`;
      return { ...error(['mail', 'from', name], `is not a node; ${meant}`), atKey: true };
    }),
    ...(missing.length === 0
      ? []
      : [
          error(
            ['mail', 'from'],
            `has no address for ${missing.join(', ')}; write one address for all, or one for each`,
          ),
        ]),
  ];
}

function webhookFindings(name: string, webhook: Webhook): readonly Finding[] {
  const { url, url_file, ca, token_file, header_file } = webhook;
  const at = ['webhooks', name];
  if (url !== undefined && url_file !== undefined)
    return [error([...at, 'url_file'], 'stands beside "url"; only one of the two may be given')];
  if (url === undefined && url_file === undefined)
    return [
      error(at, 'does not say where to; write "url: https://…", or "url_file" with the path of a file'),
    ];
  if (url === undefined || !url.startsWith('http:')) return [];
  const found: Finding[] = [];
  if (ca !== undefined)
    found.push(
      warning(
        [...at, 'ca'],
        'is not used, because the URL is not encrypted; write https:// there, or remove this',
      ),
    );
  const secret =
    token_file === undefined ? (header_file === undefined ? undefined : 'header_file') : 'token_file';
  if (secret !== undefined && !isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, '')))
    found.push(
      warning(
        [...at, secret],
        'is sent in the clear, because the URL is not encrypted; write https:// there',
      ),
    );
  return found;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (parseIpAddress(host)?.text.startsWith('127.') ?? false);
