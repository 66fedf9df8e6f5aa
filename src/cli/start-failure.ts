import type { ErrorCode } from '../core/errors.ts';
import { SECOND_MS } from '../core/units.ts';

/** What a service manager makes of a daemon that cannot start. */
type Environment = Readonly<Record<string, string | undefined>>;

/** smf_method(7): the service goes to maintenance, because starting it again changes nothing. */
const SMF_EXIT_ERR_FATAL = 95;
const SMF_EXIT_ERR_CONFIG = 96;

const OF_CONFIG: readonly ErrorCode[] = [
  'CONFIG_INVALID',
  'CONFIG_UNREADABLE',
  'IDENTITY_UNREADABLE',
  'IDENTITY_UNSAFE',
  'IDENTITY_UNKNOWN',
];
/** Not among them: a port or a tool that may be there a second later. */
const HOPELESS: readonly ErrorCode[] = ['USAGE', 'VIP_DENIED'];

/** The exit code that the manager above us understands; undefined for the ordinary one. */
export function failureCode(code: ErrorCode, env: Environment): number | undefined {
  if ((env['SMF_FMRI'] ?? '') === '') return undefined;
  if (OF_CONFIG.includes(code)) return SMF_EXIT_ERR_CONFIG;
  return HOPELESS.includes(code) ? SMF_EXIT_ERR_FATAL : undefined;
}

/**
 * systemd starts us again at once, for ever, as it should: a config that was mended then needs no further command. Until then a
 * start every few seconds is often enough.
 */
export const failurePauseMs = (env: Environment): number =>
  (env['NOTIFY_SOCKET'] ?? '') === '' ? 0 : 4 * SECOND_MS;
