import type { ProbeSettings } from '../core/settings.ts';
import { closest } from './closest.ts';
import type { Parsed } from './parsed.ts';
import { lacksBrackets, parseHost, parsePort, splitHostPort, type WrittenHost } from './path-url.ts';
import { unknownPlaceholder, wrongSubject, type Subject } from './placeholder.ts';

const SSH_PORT = 22;
const SCHEMES = ['tcp', 'ssh', 'ping', 'http', 'https'] as const;
type Scheme = (typeof SCHEMES)[number];
const isScheme = (text: string): text is Scheme => SCHEMES.some((scheme) => scheme === text);

const EXAMPLES: Readonly<Record<Subject, string>> = {
  node: 'ssh://{peer} or tcp://{peer}:443',
  world: 'ping://10.0.0.254 or tcp://10.0.0.254:443',
};

/** `tcp://HOST:PORT`, `ssh://HOST[:PORT]`, `ping://HOST`, `http[s]://HOST[:PORT][/PATH]`; IPv6 stands in brackets. */
export function parseProbeUrl(text: string, subject: Subject): Parsed<ProbeSettings> {
  const unknown = unknownPlaceholder([text]);
  if (unknown !== undefined) return { problem: unknown };
  const read = readProbe(text, EXAMPLES[subject]);
  if ('problem' in read) return read;
  const wrong = wrongSubject([text], subject);
  return wrong === undefined ? read : { problem: wrong };
}

function readProbe(text: string, example: string): Parsed<ProbeSettings> {
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return { problem: `"${text}" is not a probe; write for instance ${example}` };
  if (!isScheme(scheme)) return { problem: `"${scheme}" is not a way to ask${whichScheme(scheme)}` };
  if (/[\s\p{Cc}]/u.test(text)) return { problem: `"${text}" has a space in it; write %20 in its place` };
  if (scheme === 'http' || scheme === 'https') return parseWebProbe(text, { scheme, rest, example });
  const found = splitHostPort(rest);
  if (!found) return { problem: whyNoHost(text, scheme, rest) };
  const host = parseProbeHost(found, example);
  if ('problem' in host) return host;
  if (scheme === 'ping') return parsePing(text, host.value, found.portText);
  if (scheme === 'tcp' && found.portText === undefined) {
    return { problem: `there is no port in it; write for instance ${text}:443` };
  }
  const port = parsePort(found.portText, SSH_PORT);
  if ('problem' in port) return port;
  return { value: { kind: scheme, host: host.value, port: port.value, text } };
}

function parsePing(text: string, host: string, portText: string | undefined): Parsed<ProbeSettings> {
  if (portText === undefined) return { value: { kind: 'ping', host, text } };
  return { problem: `an echo has no port; leave :${portText} out, or write tcp:// for a connection` };
}

type WebUrl = { scheme: 'http' | 'https'; rest: string; example: string };

function parseWebProbe(text: string, { scheme, rest, example }: WebUrl): Parsed<ProbeSettings> {
  const [, authority = '', target = ''] = /^([^/?#]*)(.*)$/s.exec(rest) ?? [];
  if (authority.includes('@')) {
    return { problem: 'a user and a password have no place in a probe; ask for a page that needs none' };
  }
  const found = splitHostPort(authority);
  if (!found) return { problem: whyNoHost(text, scheme, authority) };
  const host = parseProbeHost(found, example);
  if ('problem' in host) return host;
  const port = parsePort(found.portText, scheme === 'http' ? 80 : 443);
  if ('problem' in port) return port;
  if (target.includes('#')) {
    return { problem: `what follows "#" is not sent; leave ${target.slice(target.indexOf('#'))} out` };
  }
  const shownHost = host.value.includes(':') ? `[${host.value}]` : host.value;
  const path = target.startsWith('/') ? target : `/${target}`;
  return { value: { kind: scheme, url: `${scheme}://${shownHost}:${port.value}${path}`, text } };
}

/** A placeholder is a host as well, and a name may be part of one: `{name}.example.net`. */
function parseProbeHost(host: WrittenHost, example: string): Parsed<string> {
  const { written, bracketed } = host;
  if (!written.includes('{')) return parseHost(host, example);
  if (bracketed) return { problem: `${written} stands without brackets, whatever address it is` };
  if (written === '{peer}') return { value: written };
  if (written.includes('{peer}')) {
    return { problem: `"${written}" is not a host: {peer} is an address, so it stands alone` };
  }
  const named = parseHost({ written: written.replaceAll('{name}', 'name'), bracketed }, example);
  if ('problem' in named) return { problem: `"${written}" is not a host name` };
  return { value: written.toLowerCase() };
}

function whichScheme(typed: string): string {
  const near = closest(typed, SCHEMES);
  return near === undefined
    ? `; there are ${SCHEMES.map((scheme) => `${scheme}://`).join(', ')}, and { command: [...] }`
    : `; did you mean ${near}://?`;
}

function whyNoHost(text: string, scheme: Scheme, authority: string): string {
  if (lacksBrackets(authority)) {
    const port = scheme === 'tcp' ? ':443' : '';
    return `an IPv6 address stands in brackets: ${scheme}://[fd00::2]${port}`;
  }
  const what = scheme === 'ping' ? 'a host' : 'host and port';
  return scheme === 'http' || scheme === 'https'
    ? `"${text}" is not a probe: "${authority}" is not a host, nor host and port`
    : `"${text}" is not a probe: nothing but ${what} may follow ${scheme}://`;
}
