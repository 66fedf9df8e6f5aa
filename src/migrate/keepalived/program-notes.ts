import type { DraftGroup, DraftSettings } from '../draft.ts';
import type { NamedView } from './together.ts';

const has = (settings: DraftSettings, wanted: string): boolean => settings.some(([key]) => key === wanted);

/** What is different about checks and hooks of every config, once. */
export function notePrograms(
  groups: readonly DraftGroup[],
  views: readonly NamedView[],
  notes: string[],
): void {
  const checks = groups.flatMap((group) => group.checks);
  const hooks = groups.flatMap((group) => group.hooks);
  if (checks.some(({ settings }) => !has(settings, 'ping') && !has(settings, 'adds')))
    notes.push(
      'checks: what gives no answer in time stays as it was, and an alarm says so when it goes on; keepalived counts it as a failure, which is "slow: failed" here',
    );
  if (checks.some(({ settings }) => settings.some(([key, value]) => key === 'fall' && value === 1)))
    notes.push(
      'checks: "fall: 1" is what keepalived does; without it two bad answers in a row are needed, which a busy host survives better',
    );
  const programs = [...checks.filter(({ settings }) => has(settings, 'command')), ...hooks];
  if (programs.some(({ settings }) => !has(settings, 'user')) && views.some(({ view }) => !view.scriptUser))
    notes.push(
      'programs without a user are run as whoever runs the agent, which is root as a rule; keepalived takes the user keepalived_script if there is one',
    );
}
