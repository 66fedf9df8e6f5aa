import { checksOn, type CheckSettings } from '../core/checks/settings.ts';
import type { NodeSettings, Settings } from '../core/settings.ts';
import type { HostInterfaces } from './host-rules.ts';
import { programFound, type Files } from './program-host-rules.ts';
import type { Finding } from './shape-problems.ts';
import type { YamlPath } from './yaml-source.ts';

export interface CheckedHost {
  readonly platform: string;
  readonly interfaces: HostInterfaces;
  readonly files: Files;
}

/** Whether the checks of this node can be asked on this host. */
export function hostCheckFindings(
  { groups }: Settings,
  { name: node }: NodeSettings,
  host: CheckedHost,
): readonly Finding[] {
  const seen = new Set<string>();
  return groups.flatMap(({ name, checks }) =>
    checksOn(checks, node).flatMap((check) => {
      const path = ['groups', name, 'checks', check.name];
      if (check.question.kind !== 'command') return subjectFindings(check, path, node, host);
      const [program = ''] = check.question.command;
      if (seen.has(program)) return [];
      seen.add(program);
      return programFound(program, host.files).map((one) => ({ ...one, path: [...path, 'command'] }));
    }),
  );
}

const warning = (path: YamlPath, text: string): readonly Finding[] => [{ severity: 'warning', path, text }];

function subjectFindings(
  { question }: CheckSettings,
  path: YamlPath,
  node: NodeSettings['name'],
  { platform, interfaces }: CheckedHost,
): readonly Finding[] {
  const elsewhere = `; if only other nodes have it, name them: "nodes: [NODE]"`;
  switch (question.kind) {
    case 'unit':
      return platform === 'linux'
        ? []
        : warning(
            [...path, 'unit'],
            `there is no systemd on ${platform}, so this stays unknown here${elsewhere}`,
          );
    case 'smf':
      return platform === 'sunos'
        ? []
        : warning([...path, 'smf'], `there is no SMF on ${platform}, so this stays unknown here${elsewhere}`);
    case 'interface': {
      const link = question.interfaces.get(node) ?? '';
      // Only those that are up with an address are known, so a lone one is no error.
      if (interfaces.has(link)) return [];
      const others = [...interfaces.keys()].filter((name) => !name.startsWith('lo')).join(', ');
      const there = others === '' ? '' : `; there are ${others}`;
      return warning([...path, 'interface'], `${link} is not up with an address on this host${there}`);
    }
    default:
      return [];
  }
}
