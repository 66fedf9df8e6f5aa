import { OperatorError } from '../core/errors.ts';
import { platformNamed, SYSTEM_NAMES } from './system.ts';

/**
 * The system that the program takes for its own. SEALBEAT_PLATFORM names another system, whose commands are then run: for a
 * rehearsal with programs that stand in for them.
 */
export const systemPlatform: NodeJS.Platform = platformOf(process.env['SEALBEAT_PLATFORM']);

function platformOf(wanted: string | undefined): NodeJS.Platform {
  if (wanted === undefined || wanted === '') return process.platform;
  const platform = platformNamed(wanted);
  if (platform !== undefined) return platform;
  throw new OperatorError('USAGE', `SEALBEAT_PLATFORM=${wanted}: no such system`, {
    hint: `one of ${SYSTEM_NAMES.join(', ')}; or unset it`,
  });
}
