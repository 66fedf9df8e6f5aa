import type { FileFacts } from '../core/ports.ts';
import type { GroupSettings, NodeSettings, Settings } from '../core/settings.ts';
import { wordsInBraces } from '../core/placeholders.ts';
import type { Finding } from './shape-problems.ts';
import type { YamlPath } from './yaml-source.ts';

export interface Files {
  factsOf(path: string): FileFacts;
  /** Without symbolic links; the path itself where there is nothing. */
  realPath(path: string): string;
  /** The user that the daemon will run as. */
  readonly euid: number;
}

/** Whether the programs that this node runs for its VIPs are there, can be run, and cannot be changed by others. */
export function hostProgramFindings(
  { groups }: Settings,
  self: NodeSettings,
  files: Files,
): readonly Finding[] {
  return groups.flatMap((group) =>
    programsOf(group, self).flatMap(({ program, path }) =>
      wordsInBraces(program).length > 0
        ? []
        : programFound(program, files).map((finding) => ({
            ...finding,
            path: ['groups', group.name, ...path],
          })),
    ),
  );
}

/** Each program once, with the first place where it is named. */
function programsOf(
  { adapters, script, command }: GroupSettings,
  { name }: NodeSettings,
): readonly { readonly program: string; readonly path: YamlPath }[] {
  const adapter = adapters.get(name);
  const named: readonly (readonly [key: YamlPath, words: readonly string[] | undefined])[] =
    adapter === 'script'
      ? (['up', 'down', 'show'] as const).map((verb) => [['script', verb], script?.[verb]])
      : adapter === 'command'
        ? [
            ...(['up', 'down'] as const).flatMap((verb) =>
              (command?.[verb] ?? []).map((words) => [['command', verb], words] as const),
            ),
            [['command', 'show'], command?.show?.command],
          ]
        : [];
  const seen = new Set<string>();
  return named.flatMap(([path, words]) => {
    const program = words?.[0];
    if (program === undefined || seen.has(program)) return [];
    seen.add(program);
    return [{ program, path }];
  });
}

export type Found = Pick<Finding, 'severity' | 'text'>;
const error = (text: string): readonly Found[] => [{ severity: 'error', text }];

export function programFound(program: string, files: Files): readonly Found[] {
  const real = files.realPath(program);
  const link = real === program ? '' : ` (${program} leads there)`;
  const folders = foldersOf(real);
  for (const folder of folders) {
    const { is } = files.factsOf(folder);
    if (is === 'missing') return error(`${folder} does not exist, so there is no ${program}`);
    if (is === 'unreadable') return error(`${folder} may not be read by this user; run the check as root`);
    if (is !== 'directory') return error(`${folder} is not a directory, so there is no ${program}`);
  }
  const facts = files.factsOf(real);
  if (facts.is === 'missing') return error(`${real} does not exist${link}; install it, or correct the path`);
  if (facts.is === 'unreadable') return error(`${real} may not be read by this user; run the check as root`);
  if (facts.is !== 'file') return error(`${real} is not a file${link}`);
  const changeable = [...folders, real].flatMap((path) => whoMayChange(path, files));
  if ((facts.mode & 0o111) === 0)
    return [
      ...error(`${real} is not executable, its mode is ${octal(facts.mode)}${link}; chmod a+x ${real}`),
      ...changeable,
    ];
  return changeable;
}

/** Whoever can replace what we run can do all that we can. */
function whoMayChange(path: string, { factsOf, euid }: Files): readonly Found[] {
  const facts = factsOf(path);
  if (!('mode' in facts)) return [];
  const { is, mode, uid, gid } = facts;
  // In a sticky directory everybody may add, and only owners may replace.
  const isSticky = is === 'directory' && (mode & 0o1000) !== 0;
  const danger = (who: string, remedy: string): readonly Found[] => [
    {
      severity: 'warning',
      text: `${path} can be changed by ${who}, its mode is ${octal(mode)}; ${remedy} ${path}`,
    },
  ];
  if (uid !== 0 && uid !== euid) return danger(`its owner, user ${uid}`, 'chown root');
  if ((mode & 0o002) !== 0 && !isSticky) return danger('everybody', 'chmod o-w');
  if ((mode & 0o020) !== 0 && gid !== 0 && !isSticky) return danger(`group ${gid}`, 'chmod g-w');
  return [];
}

export const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');

/** `/`, `/usr`, `/usr/bin` for `/usr/bin/x`. */
export function foldersOf(path: string): readonly string[] {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .slice(0, -1);
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)];
}
