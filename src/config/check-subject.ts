import type { StatusRange } from '../core/checks/settings.ts';
import type { Parsed } from './parsed.ts';
import { lacksBrackets, parseHost, parsePort, splitHostPort } from './path-url.ts';
import { parseProbeUrl } from './probe-url.ts';

/** What a check is about, as it is written: each reader gives a value or the sentence that says what is wrong. */
const PROCESS = /^[A-Za-z0-9_][A-Za-z0-9_.+:@-]*$/;
const NAME_CHARACTERS = 255;

export function parseProcess(text: string): Parsed<string> {
  if (text.includes('/'))
    return { problem: `"${text}" is a path; write the name alone: ${text.split('/').at(-1) || 'haproxy'}` };
  if (/\s/.test(text)) return { problem: `"${text}" has a space in it; write the name of the program alone` };
  if (!PROCESS.test(text) || text.length > NAME_CHARACTERS)
    return { problem: `"${text}" is not the name of a program` };
  return { value: text };
}

export function parseUnit(text: string): Parsed<string> {
  if (/^svc:/.test(text)) return { problem: `${text} is a service of SMF; write it as smf: ${text}` };
  if (!/^[A-Za-z0-9_][A-Za-z0-9:_.\\@-]*$/.test(text) || text.length > NAME_CHARACTERS)
    return { problem: `"${text}" is not the name of a unit; write for instance postfix.service` };
  return { value: text };
}

export function parseFmri(text: string): Parsed<string> {
  if (/\.(service|socket|target)$/.test(text))
    return { problem: `${text} is a unit of systemd; write it as unit: ${text}` };
  if (!/^(svc:\/|lrc:\/)?[A-Za-z0-9][A-Za-z0-9/_:.,-]*$/.test(text) || text.length > NAME_CHARACTERS)
    return { problem: `"${text}" is not a service; write for instance svc:/network/http:apache24` };
  return { value: text };
}

const TCP_EXAMPLE = '127.0.0.1:443 or [::1]:443';

export function parseHostPort(text: string): Parsed<{ readonly host: string; readonly port: number }> {
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.*)$/i.exec(text) ?? [];
  if (scheme !== undefined) {
    const write = scheme.startsWith('http') ? `http: ${text}` : `host and port alone: ${rest}`;
    return { problem: `"${text}" is a URL; write ${write}` };
  }
  const found = splitHostPort(text);
  if (!found) {
    const why = lacksBrackets(text)
      ? `an IPv6 address stands in brackets: [::1]:443`
      : `"${text}" is not host and port; write for instance ${TCP_EXAMPLE}`;
    return { problem: why };
  }
  if (found.portText === undefined)
    return { problem: `there is no port in it; write for instance ${text}:443` };
  const port = parsePort(found.portText, 0);
  if ('problem' in port) return port;
  const host = parseHost(found, TCP_EXAMPLE);
  return 'problem' in host ? host : { value: { host: host.value, port: port.value } };
}

export function parsePingHost(text: string): Parsed<string> {
  const bare = text.replace(/^ping:\/\//, '');
  if (bare !== text) return { problem: `write the host alone: ${bare}` };
  const bracketed = /^\[.*\]$/.test(text);
  return parseHost({ written: bracketed ? text.slice(1, -1) : text, bracketed }, '10.0.0.254');
}

export function parseCheckUrl(text: string): Parsed<string> {
  const [word] = /\{[^}]*\}/.exec(text) ?? [];
  if (word !== undefined)
    return { problem: `${word} stands for nothing in a check, which each node asks of itself` };
  if (!/^https?:\/\//.test(text))
    return {
      problem: `"${text}" does not begin with http:// or https://; write for instance http://127.0.0.1/`,
    };
  const probe = parseProbeUrl(text, 'world');
  if ('problem' in probe) return probe;
  return 'url' in probe.value ? { value: probe.value.url } : { problem: `"${text}" is not a URL` };
}

const STATUS_MIN = 100;
const STATUS_MAX = 599;

/** `200` or `200-399`. */
export function parseStatuses(text: string): Parsed<StatusRange> {
  const [, first, last] = /^(\d{3})(?:-(\d{3}))?$/.exec(text) ?? [];
  if (first === undefined)
    return { problem: `"${text}" is not a status code; write for instance 200, or 200-399 for all between` };
  const [from, to] = [Number(first), Number(last ?? first)];
  if (from < STATUS_MIN || to > STATUS_MAX)
    return { problem: `${text} is out of range: ${STATUS_MIN} to ${STATUS_MAX}` };
  return from > to ? { problem: `${text} holds nothing; write ${to}-${from}` } : { value: { from, to } };
}
