import { OperatorError } from '../../core/errors.ts';

export const cannotTell = (vip: string): OperatorError =>
  new OperatorError('VIP_UNKNOWN', `${vip}: nobody knows whether it is here`, {
    hint: 'give the group a program under `script.show`, which ends with 0 when the address is here and with 1 when it is not',
  });

export const notAsSaid = (vip: string, program: string, what: 'not here' | 'still here'): OperatorError =>
  new OperatorError('VIP_FAILED', `${program} ended with 0, but \`show\` says that ${vip} is ${what}`, {
    hint: 'run both by hand and compare',
  });

export const noTimeLeft = (vip: string, limitSeconds: number): OperatorError =>
  new OperatorError(
    'TOOL_TIMEOUT',
    `${vip}: its turn did not come within ${limitSeconds} s, which is twice the timeout`,
    { hint: 'make the programs faster, or raise `script.timeout`' },
  );
