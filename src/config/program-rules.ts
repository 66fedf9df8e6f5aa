import { adapterOf } from './adapter-of.ts';
import type { Parts } from './parts.ts';
import type { Finding } from './shape-problems.ts';

/** Each of these adapters has a section of its name beside it, and what stands in it would mean nothing without the adapter. */
const SECTIONS = {
  script: 'script: { up: /etc/vip-up.sh, down: /etc/vip-down.sh }',
  command: 'command: { up: [/usr/local/bin/PROGRAM, ...] }',
} as const;

export function programFindings(parts: Parts): readonly Finding[] {
  return [...parts.groups].flatMap(([name, group]) => {
    if (group === undefined) return [];
    return (['script', 'command'] as const).flatMap((section): readonly Finding[] => {
      const nodes = [...parts.nodes.keys()].filter((node) => adapterOf(group, node) === section);
      const isThere = group[section] !== undefined;
      if (nodes.length > 0 && !isThere) {
        const text = `is ${section} on ${nodes.join(', ')}, and there is no "${section}" beside it; write for instance ${SECTIONS[section]}`;
        return [{ severity: 'error', path: ['groups', name, 'adapter'], text }];
      }
      if (nodes.length > 0 || !isThere) return [];
      const text = `is used by no node; write "adapter: ${section}" beside it, or remove it`;
      return [{ severity: 'error', path: ['groups', name, section], atKey: true, text }];
    });
  });
}
