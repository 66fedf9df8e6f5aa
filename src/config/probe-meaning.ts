import type { ProbeSettings } from '../core/settings.ts';

/** What a probe asks, without how it was written. */
export function probeMeaning(probe: ProbeSettings): readonly unknown[] {
  switch (probe.kind) {
    case 'tcp':
    case 'ssh':
      return [probe.kind, probe.host, probe.port];
    case 'ping':
      return [probe.kind, probe.host];
    case 'http':
    case 'https':
      return [probe.kind, probe.url];
    case 'command':
      return [probe.kind, ...probe.command];
  }
}
