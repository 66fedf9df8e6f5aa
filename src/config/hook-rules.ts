import { HOOK_MOMENTS, KEEPALIVED_WORDS } from '../core/hooks.ts';
import { hooksWritten } from './hooks-shape.ts';
import type { Parts } from './parts.ts';
import type { Finding } from './shape-problems.ts';

/** keepalived tells its scripts of states only, so a script of that kind would be called with a word that it does not know. */
export const hookFindings = ({ groups }: Parts): readonly Finding[] =>
  [...groups].flatMap(([name, group]) => {
    const hooks = group?.hooks;
    if (hooks === undefined) return [];
    return HOOK_MOMENTS.filter((moment) => KEEPALIVED_WORDS[moment] === undefined)
      .flatMap((moment) => hooksWritten(hooks, moment))
      .filter(({ hook }) => hook.style === 'keepalived')
      .map(({ hook, path }): Finding => ({
        severity: 'error',
        path: ['groups', name, 'hooks', ...path],
        text: `keepalived has no word for ${hook.moment}; write "style: sealbeat" for it, or run it at post_up, on_standby, on_fault or post_down`,
      }));
  });
