import { OperatorError } from '../core/errors.ts';
import { HOOK_MOMENTS, hooksAt, type HookMoment, type HookSettings } from '../core/hooks.ts';
import type { GroupSettings, Settings } from '../core/settings.ts';

/** A hook and what it is called on the command line: `web.post_up`, or `web.post_up.2` where a moment has several. */
export interface NamedHook {
  readonly name: string;
  readonly group: GroupSettings;
  readonly moment: HookMoment;
  readonly hook: HookSettings;
}

export const namedHooks = ({ groups }: Pick<Settings, 'groups'>): readonly NamedHook[] =>
  groups.flatMap((group) =>
    HOOK_MOMENTS.flatMap((moment) =>
      hooksAt(group.hooks, moment).map((hook, index, { length }) => ({
        ...{ group, moment, hook },
        name: `${group.name}.${moment}${length > 1 ? `.${index + 1}` : ''}`,
      })),
    ),
  );

/** Those that are meant: one, or all of a moment in the order in which the daemon runs them. Throws OperatorError USAGE. */
export async function hooksNamed(
  name: string,
  settings: Pick<Settings, 'groups'>,
): Promise<readonly NamedHook[]> {
  const all = namedHooks(settings);
  const found = all.filter((one) => one.name === name || `${one.group.name}.${one.moment}` === name);
  if (found.length > 0) return found;
  if (all.length === 0) {
    throw new OperatorError('USAGE', 'the config has no hooks', {
      hint: 'add some under groups.NAME.hooks; docs/hooks.md tells when each is run',
    });
  }
  const names = all.map((one) => one.name);
  const { closest } = await import('../config/closest.ts');
  const near = closest(name, names);
  throw new OperatorError('USAGE', `the config has no hook "${name}"`, {
    hint: near === undefined ? `there are ${names.join(', ')}` : `did you mean ${near}?`,
  });
}
