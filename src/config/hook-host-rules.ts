import { HOOK_MOMENTS, hooksAt, type HookSettings } from '../core/hooks.ts';
import type { Settings } from '../core/settings.ts';
import { closest } from './closest.ts';
import { foldersOf, octal, programFound, type Files, type Found } from './program-host-rules.ts';
import type { Finding } from './shape-problems.ts';

/** Whom a hook would be run as here, or why it cannot be. */
export type Runner =
  | { readonly name: string; readonly uid: number; readonly gid: number; readonly isOther: boolean }
  | { readonly problem: string };

export interface HookFiles extends Files {
  /** The first line of a file, or what can be read of it. */
  firstLine(path: string): string;
  runnerOf(hook: HookSettings): Runner;
  /** Users of this host, for a suggestion. */
  readonly users: readonly string[];
}

/** Whether the hooks can be run on this host: each program, each folder on its way, its interpreter and its user. */
export const hostHookFindings = ({ groups }: Settings, files: HookFiles): readonly Finding[] =>
  groups.flatMap((group) =>
    HOOK_MOMENTS.flatMap((moment) =>
      hooksAt(group.hooks, moment).flatMap((hook, index, all) => {
        const path = ['groups', group.name, 'hooks', moment, ...(all.length > 1 ? [index] : [])];
        return hookFound(hook, files).map((found) => ({ ...found, path }));
      }),
    ),
  );

const error = (text: string): Found => ({ severity: 'error', text });

function hookFound(hook: HookSettings, files: HookFiles): readonly Found[] {
  const [program = ''] = hook.words;
  const runner = files.runnerOf(hook);
  if ('problem' in runner) return [error(`${runner.problem}${meant(hook, files)}`)];
  // Whoever it runs as may change it: that gives nobody more than he has.
  const found = programFound(program, { ...files, euid: runner.uid });
  if (found.some(({ severity }) => severity === 'error')) return found;
  const real = files.realPath(program);
  return [...barred(real, runner, files), ...interpreterFound(real, files), ...found].filter(
    ({ text }, index, all) => all.findIndex((other) => other.text === text) === index,
  );
}

function meant({ user }: HookSettings, { users }: HookFiles): string {
  const near = user === '' || users.includes(user) ? undefined : closest(user, users);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** The first thing on the way that does not let this user in; with one group and no other, that is exact. */
function barred(
  real: string,
  runner: Exclude<Runner, { readonly problem: string }>,
  files: HookFiles,
): readonly Found[] {
  const { name, uid, gid, isOther } = runner;
  // The groups of whoever runs the daemon are not known here.
  if (!isOther || uid === 0) return [];
  for (const path of [...foldersOf(real), real]) {
    const facts = files.factsOf(path);
    if (!('mode' in facts)) continue;
    const bit = facts.uid === uid ? 0o100 : facts.gid === gid ? 0o010 : 0o001;
    if ((facts.mode & bit) !== 0) continue;
    const what = path === real ? 'may not run' : 'may not enter';
    const whose = bit === 0o100 ? 'u' : bit === 0o010 ? 'g' : 'o';
    return [
      error(`user ${name} ${what} ${path}, its mode is ${octal(facts.mode)}; chmod ${whose}+x ${path}`),
    ];
  }
  return [];
}

/** The kernel says "no such file" of a script whose interpreter is missing, and means the interpreter. */
function interpreterFound(real: string, files: HookFiles): readonly Found[] {
  const line = files.firstLine(real);
  if (!line.startsWith('#!')) return [];
  const [interpreter = ''] = line.slice(2).trim().split(/\s+/);
  if (line.endsWith('\r'))
    return [error(`the first line of ${real} ends with a carriage return; dos2unix ${real}`)];
  const { is } = files.factsOf(files.realPath(interpreter));
  if (is === 'file' || is === 'unreadable') return [];
  return [
    error(
      `${real} wants to be run by "${interpreter}", which does not exist; install it, or correct its first line`,
    ),
  ];
}
