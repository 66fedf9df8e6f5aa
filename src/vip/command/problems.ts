import { OperatorError } from '../../core/errors.ts';
import { SECOND_MS } from '../../core/units.ts';

/** What the last attempt said, and that it was not the only one. */
export const gaveUp = (
  { code, message, hint }: OperatorError,
  attempts: number,
  giveUpMs: number,
): OperatorError =>
  attempts === 1
    ? new OperatorError(code, message, { hint })
    : new OperatorError(code, `${message} (tried ${attempts} times in ${giveUpMs / SECOND_MS} s)`, { hint });

/** It goes on; until it worked or was given up nothing else would say why the VIP is not here yet. */
export const notYetUp = ({ code, message, hint }: OperatorError, giveUpMs: number): OperatorError =>
  new OperatorError(code, `${message}; trying again for up to ${giveUpMs / SECOND_MS} s`, { hint });

export const notShown = (vip: string, shows: string): OperatorError =>
  new OperatorError(
    'VIP_FAILED',
    `the cloud took the commands for ${vip}, but \`show\` does not find it here`,
    {
      hint: `run it by hand: ${shows}`,
    },
  );

export const notTakenDown = ({ code, message, hint }: OperatorError): OperatorError =>
  new OperatorError(code, `the cloud may still send a VIP here that this node does not hold: ${message}`, {
    hint,
  });

export const cannotLeave = (group: string): OperatorError =>
  new OperatorError(
    'VIP_FAILED',
    `${group} cannot be left for a restart: nothing would end it on this host`,
    {
      hint: 'use another value than `none` for `command.also`, or stop the daemon and start it',
    },
  );
