import type { HookMoment } from '../core/hooks.ts';

/**
 * Which hooks that wait have lost their meaning when a moment comes: the latest state wins. What still stands beside the new
 * one: going down after a fault, and down and standby after one another. A hook that undoes is never dropped for the one
 * that it would undo, as that may have run, or is running: one `post_down` too many does no harm, one too few does.
 */
const STAYS_BESIDE: { readonly [moment in HookMoment]: readonly HookMoment[] } = {
  pre_up: [],
  post_up: [],
  pre_down: ['on_fault'],
  post_down: ['on_fault'],
  on_fault: ['pre_down', 'post_down'],
  on_standby: ['post_down'],
};

export const isOutdated = (waiting: HookMoment, by: HookMoment): boolean =>
  !STAYS_BESIDE[by].includes(waiting);
