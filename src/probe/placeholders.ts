import { isIP } from 'node:net';
import type { Probed } from '../core/ports.ts';
import type { ProbeSettings } from '../core/settings.ts';

const PLACEHOLDER = /\{(peer|name)\}/g;

/** The probe with `{peer}` and `{name}` filled in, or the placeholder for which there is no node. */
export function filledIn<P extends ProbeSettings>(probe: P, about: Probed | undefined): P | string {
  if (about === undefined) return placeholderIn(probe) ?? probe;
  const fill = (text: string): string => filledText(text, about);
  switch (probe.kind) {
    case 'http':
    case 'https':
      return { ...probe, url: filledText(probe.url, { ...about, host: bracketed(about.host) }) };
    case 'command':
      return { ...probe, command: probe.command.map(fill) };
    default:
      return { ...probe, host: fill(probe.host) };
  }
}

/** Leaves a placeholder alone when there is no node to fill in. */
export function filledText(text: string, about: Probed | undefined): string {
  if (about === undefined) return text;
  return text.replace(PLACEHOLDER, (_, what) => (what === 'peer' ? about.host : about.name));
}

function placeholderIn(probe: ProbeSettings): string | undefined {
  const words = 'url' in probe ? [probe.url] : 'host' in probe ? [probe.host] : probe.command;
  return words.join(' ').match(PLACEHOLDER)?.[0];
}

const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);
