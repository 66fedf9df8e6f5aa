import { parseHost } from '../config/path-url.ts';

/** A host as it stands before a port; undefined for what is none. */
export function hostText(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  const bracketed = host.includes(':');
  const read = parseHost({ written: host, bracketed }, '');
  if ('problem' in read) return undefined;
  return bracketed ? `[${read.value}]` : read.value;
}
