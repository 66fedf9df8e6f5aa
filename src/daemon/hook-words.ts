import type { HookSettings } from '../core/hooks.ts';
import type { HookReport } from '../core/report.ts';
import { shownWords } from '../core/shown-words.ts';
import type { GroupName } from '../core/units.ts';
import type { HookEnd } from '../hook/run.ts';
import type { ProgramReport } from '../vip/options.ts';

/** What goes on whatever becomes of a hook that it waits for. */
const goesOn = ({ moment }: Pick<HookSettings, 'moment'>): string =>
  moment === 'pre_up' ? '; the takeover goes on' : moment === 'pre_down' ? '; the move goes on' : '';

export const programReport = (hook: HookSettings, { words, state, text, lines }: HookEnd): ProgramReport => ({
  failed: state !== 'done',
  text: `${hook.moment}: ${shownWords(words)}: ${text}${state === 'done' ? '' : goesOn(hook)}`,
  cause: lines.join(' | '),
});

export const droppedReport = (hook: HookSettings): ProgramReport => ({
  failed: true,
  text: `${hook.moment}: ${shownWords(hook.words)}: not run, as its turn did not come in time${goesOn(hook)}`,
  cause: 'the hook before it took too long',
});

/** What an operator should look at: hooks whose newest run went wrong. */
export const hookAlarms = (group: GroupName, reports: readonly HookReport[]): readonly string[] =>
  reports
    .filter(({ state }) => state === 'failed' || state === 'timed out')
    .map(({ moment, command, state, exitCode, output }) => {
      const how =
        state === 'timed out' || exitCode === undefined ? state : `${state} with exit code ${exitCode}`;
      const last = output.split('\n').at(-1) ?? '';
      const said = last === '' ? '' : `: ${last}`;
      return `${group}: the hook ${moment} ${how}: ${command}${said}; try "sealbeat hook test ${group}.${moment}"`;
    });
