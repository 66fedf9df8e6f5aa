import { closest } from './closest.ts';
import type { Parsed } from './parsed.ts';
import { lacksBrackets, parseHost, parsePort, splitHostPort } from './path-url.ts';

export interface MailServer {
  readonly scheme: 'smtp' | 'smtps';
  readonly host: string;
  readonly port: number;
}

const SERVER = 'smtp://mail.example.net:587';
const PORTS = { smtp: 587, smtps: 465 } as const;

/** `smtp://HOST[:PORT]` or `smtps://…`. */
export function parseMailServer(url: string): Parsed<MailServer> {
  const [, scheme, rest = ''] = /^(smtps?):\/\/(.*?)\/?$/.exec(url) ?? [];
  if (scheme !== 'smtp' && scheme !== 'smtps')
    return { problem: `"${url}" is not a mail server; write for instance ${SERVER}` };
  if (rest.includes('@'))
    return { problem: 'a login has no place in a URL; put it into "user" and "password_file"' };
  const found = splitHostPort(rest);
  if (!found) {
    return {
      problem: lacksBrackets(rest)
        ? `an IPv6 address stands in brackets: ${scheme}://[fd00::2]:${PORTS[scheme]}`
        : `"${url}" is not a mail server: nothing but host and port may follow ${scheme}://`,
    };
  }
  const port = parsePort(found.portText, PORTS[scheme]);
  if ('problem' in port) return port;
  const host = parseHost(found, SERVER);
  return 'problem' in host ? host : { value: { scheme, host: host.value, port: port.value } };
}

const ADDRESS = /^[^\s@<>()[\],;:\\"\p{Cc}]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/u;

export function parseMailAddress(text: string): Parsed<string> {
  if (/[^\x20-\x7e]/.test(text))
    return { problem: `"${text}" has characters that not every mail server takes` };
  if (ADDRESS.test(text)) return { value: text };
  const inside = /<([^<>]+)>\s*$/.exec(text)?.[1];
  const hint =
    inside !== undefined && ADDRESS.test(inside)
      ? `write ${inside}, without the name`
      : 'write for instance ops@example.net';
  return { problem: `"${text}" is not a mail address; ${hint}` };
}

const HOOK = 'https://chat.example.net/hooks/7';

export function parseWebhookUrl(text: string): Parsed<string> {
  const [, scheme = '', authority = ''] = /^([a-z]+):\/\/([^/?#]*)/i.exec(text) ?? [];
  if (scheme === '') return { problem: `"${text}" is not a URL; write for instance ${HOOK}` };
  if (scheme !== 'http' && scheme !== 'https') {
    const near = closest(scheme, ['http', 'https']);
    return {
      problem: `"${scheme}" cannot be posted to${near === undefined ? `; write for instance ${HOOK}` : `; did you mean ${near}://?`}`,
    };
  }
  if (authority.includes('@'))
    return {
      problem: 'a secret has no place in this file; put it into "header_file", "token_file" or "url_file"',
    };
  const found = splitHostPort(authority);
  if (!found) return { problem: `"${text}" is not a URL; write for instance ${HOOK}` };
  const port = parsePort(found.portText, 80);
  if ('problem' in port) return port;
  const host = parseHost(found, HOOK);
  if ('problem' in host) return host;
  return URL.canParse(text)
    ? { value: text }
    : { problem: `"${text}" is not a URL; write for instance ${HOOK}` };
}
