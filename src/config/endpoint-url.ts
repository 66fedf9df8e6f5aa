import type { Parsed } from './parsed.ts';
import { lacksBrackets, parseHost, parsePort, splitHostPort } from './path-url.ts';

/** `http://HOST[:PORT]` or `https://…`, as a base URL with its port and without a slash at the end. */
export function parseEndpoint(url: string, defaultPort: number): Parsed<string> {
  const example = `http://127.0.0.1:${defaultPort}`;
  const [, scheme, rest = ''] = /^(https?):\/\/(.*?)\/?$/.exec(url) ?? [];
  if (scheme === undefined) return { problem: `"${url}" is not an endpoint; write for instance ${example}` };
  if (rest.includes('@')) {
    return {
      problem:
        'a secret has no place in this file; put it into a file of its own, and its path at "credential"',
    };
  }
  const found = splitHostPort(rest);
  if (!found) {
    return {
      problem: lacksBrackets(rest)
        ? `an IPv6 address stands in brackets: ${scheme}://[fd00::2]:${defaultPort}`
        : `"${url}" is not an endpoint: nothing but host and port may follow ${scheme}://`,
    };
  }
  const port = parsePort(found.portText, defaultPort);
  if ('problem' in port) return port;
  const host = parseHost(found, example);
  if ('problem' in host) return host;
  const shown = host.value.includes(':') ? `[${host.value}]` : host.value;
  return { value: `${scheme}://${shown}:${port.value}` };
}
