import * as z from 'zod/mini';
import { parseIpAddress } from './ip-address.ts';
import type { Parsed } from './parsed.ts';
import { lacksBrackets, parseHost, parsePort, splitHostPort } from './path-url.ts';
import { byName, described, list, mapping, must, textAs } from './value-shapes.ts';

export const WEB_PORT = 7180;
const LISTEN_DEFAULT = `127.0.0.1:${WEB_PORT}`;
const HOSTS_MAX = 16;

export interface ListenShape {
  readonly host: string;
  readonly port: number;
}

/** `ADDRESS:PORT`, an IPv6 address in brackets. No names: what a name resolves to may be more than was meant. */
function parseListen(text: string): Parsed<ListenShape> {
  if (lacksBrackets(text)) return { problem: `an IPv6 address stands in brackets: [::1]:${WEB_PORT}` };
  const found = splitHostPort(text);
  const address = found && parseIpAddress(found.written);
  if (!found || !address || found.bracketed !== (address.family === 6))
    return { problem: `"${text}" is not an address and a port; write for instance ${LISTEN_DEFAULT}` };
  if (found.portText === undefined) return { problem: `has no port; write ${text}:${WEB_PORT}` };
  const port = parsePort(found.portText, WEB_PORT);
  return 'problem' in port ? port : { value: { host: address.text, port: port.value } };
}

function parseHostName(text: string): Parsed<string> {
  const found = splitHostPort(text);
  if (!found || found.portText !== undefined)
    return { problem: `"${text}" is not a host name; it stands without a port` };
  return parseHost(found, 'status.example.net');
}

function listen() {
  const what = `an address and a port such as ${LISTEN_DEFAULT}`;
  const one = () => textAs(what, ':[0-9]+$', parseListen);
  return z.union([one(), byName(one())], { error: must(`${what}, or a mapping of nodes to them`) });
}

const flag = (otherwise: boolean) => z._default(z.boolean({ error: must('true or false') }), otherwise);

export const webShape = mapping({
  listen: described(
    z.prefault(listen(), LISTEN_DEFAULT),
    'ADDRESS:PORT, or one per node; a node that is missing there does not listen. An IPv6 address stands in brackets. Whoever reaches it can read everything that "sealbeat status" shows.',
    { examples: [LISTEN_DEFAULT, { lb1: '10.10.10.1:7180', lb2: '10.10.10.2:7180' }] },
  ),
  page: described(flag(true), 'Whether the status page is served, at /.'),
  metrics: described(flag(true), 'Whether metrics for Prometheus are served, at /metrics.'),
  allow_hosts: described(
    z.optional(list(textAs('a host name', '^[^/:]+$', parseHostName), 'host names', HOSTS_MAX)),
    'Names by which a browser or a proxy may ask for the page, beside addresses, localhost and the names of the nodes. Others are refused, so that no web site can read it through a visitor. Default: none.',
    { examples: [['lb.example.net']] },
  ),
});
