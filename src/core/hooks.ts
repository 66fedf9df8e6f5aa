/**
 * When an operator's hooks are run. `pre_up` and `pre_down` hold something up, so they are bounded tightly; the others run
 * beside what goes on.
 */
export const HOOK_MOMENTS = ['pre_up', 'post_up', 'pre_down', 'post_down', 'on_fault', 'on_standby'] as const;
export type HookMoment = (typeof HOOK_MOMENTS)[number];

export type HookStyle = 'sealbeat' | 'keepalived';

/** One program that is run at one moment. */
export interface HookSettings {
  readonly moment: HookMoment;
  /** An absolute path, and arguments. */
  readonly words: readonly string[];
  /** Empty for whoever runs the daemon. */
  readonly user: string;
  /** Empty for the user's own. */
  readonly group: string;
  readonly timeoutMs: number;
  readonly style: HookStyle;
}

/** keepalived's word for a moment; it has none for what comes before something. */
export const KEEPALIVED_WORDS: { readonly [moment in HookMoment]: string | undefined } = {
  pre_up: undefined,
  post_up: 'MASTER',
  pre_down: undefined,
  post_down: 'STOP',
  on_fault: 'FAULT',
  on_standby: 'BACKUP',
};

export const hooksAt = (hooks: readonly HookSettings[], moment: HookMoment): readonly HookSettings[] =>
  hooks.filter((hook) => hook.moment === moment);

/** How long the hooks of a moment may hold something up, all of them together; 0 without any. */
export const hookBudgetMs = (hooks: readonly HookSettings[], moment: HookMoment): number =>
  hooksAt(hooks, moment).reduce((sum, { timeoutMs }) => sum + timeoutMs, 0);
