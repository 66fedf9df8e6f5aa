import type { PathSettings } from '../core/settings.ts';
import { parseIpAddress, whyNoPeer } from './ip-address.ts';
import type { Parsed } from './parsed.ts';

export const DEFAULT_PORT = 7112;
const EXAMPLE = 'udp://10.0.0.2:7112 or tcp://[fd00::2]:7112';
const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** `udp://HOST[:PORT]` or `tcp://…`; an IPv6 address stands in brackets. */
export function parsePathUrl(url: string): Parsed<PathSettings> {
  const [, transport, rest = ''] = /^([a-z]+):\/\/(.*)$/i.exec(url) ?? [];
  if (transport === undefined) return { problem: `"${url}" is not a path; write for instance ${EXAMPLE}` };
  if (transport !== 'udp' && transport !== 'tcp') {
    return { problem: `"${transport}" is not a way to send heartbeats; a path is udp://… or tcp://…` };
  }
  const found = splitHostPort(rest);
  if (!found) return { problem: whyNoAuthority(transport, url, rest) };
  const port = parsePort(found.portText, DEFAULT_PORT);
  if ('problem' in port) return port;
  const host = parseHost(found, EXAMPLE);
  if ('problem' in host) return host;
  return { value: { transport, host: host.value, port: port.value, url } };
}

export interface WrittenHost {
  readonly written: string;
  /** Whether it stood in brackets, as IPv6 addresses do. */
  readonly bracketed: boolean;
}

/** `HOST[:PORT]` in its pieces; undefined when there is more, or an IPv6 address without brackets. */
export function splitHostPort(
  text: string,
): (WrittenHost & { readonly portText: string | undefined }) | undefined {
  const [, bracketed, plain, portText] = /^(?:\[([^\]]*)\]|([^[\]:/?#@]*))(?::(\d+))?$/.exec(text) ?? [];
  const written = bracketed ?? plain;
  return written === undefined ? undefined : { written, bracketed: bracketed !== undefined, portText };
}

export function parsePort(text: string | undefined, otherwise: number): Parsed<number> {
  const port = text === undefined ? otherwise : Number(text);
  if (port < 1 || port > 65_535) return { problem: `port ${text} is out of range: 1 to 65535` };
  return { value: port };
}

/** An address in its canonical spelling or a host name in small letters, without brackets. */
export function parseHost({ written, bracketed }: WrittenHost, example: string): Parsed<string> {
  if (bracketed && written.includes('%')) {
    return {
      problem: `${written} has a zone, which differs from node to node; use an address of a global scope`,
    };
  }
  const address = parseIpAddress(written);
  if (address) {
    const why = whyNoPeer(address);
    if (why !== undefined) return { problem: `${written} is ${why}: no host can be reached there` };
    if (address.family === 6 || !bracketed) return { value: address.text };
  }
  if (bracketed) return { problem: `"${written}" is not an IPv6 address` };
  const name = written.toLowerCase();
  if (written === '') return { problem: `there is no host in it; write for instance ${example}` };
  // A name whose last label is a number would be taken for an IPv4 address (RFC 1123, 2.1).
  if (/(^|\.)\d+$/.test(name)) return { problem: `"${written}" is not an IPv4 address` };
  if (!HOST_NAME.test(name)) return { problem: `"${written}" is neither an address nor a host name` };
  return { value: name };
}

function whyNoAuthority(transport: string, url: string, rest: string): string {
  if (lacksBrackets(rest))
    return `an IPv6 address stands in brackets: ${transport}://[fd00::2]:${DEFAULT_PORT}`;
  return `"${url}" is not a path: nothing but host and port may follow ${transport}://`;
}

export const lacksBrackets = (authority: string): boolean =>
  authority.split(':').length > 2 && !authority.includes('[');
