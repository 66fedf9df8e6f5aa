import { OperatorError } from '../../core/errors.ts';

const TO_THE_LEASE = 'a killed agent leaves its VIPs to the lease';

export const doesNotAnswer = (shell: string): OperatorError =>
  new OperatorError('VIP_FAILED', `the guard process (${shell}) does not answer`, {
    hint: `see whether \`${shell} -c true\` works; without it ${TO_THE_LEASE}`,
  });

export const endsTooOften = (times: number): OperatorError =>
  new OperatorError('VIP_FAILED', `the guard process ended ${times} times within a minute`, {
    hint: `find out what ends it; until then ${TO_THE_LEASE}`,
  });

export const notHeld = (): OperatorError =>
  new OperatorError('VIP_FAILED', 'the guard process has taken the VIPs down, or never held them', {
    hint: 'see `sealbeat status`; the log says what kept this process from renewing them in time',
  });

export const cannotLeave = (): OperatorError =>
  new OperatorError('VIP_FAILED', 'the guard process cannot leave VIPs for the next process', {
    hint: 'stop and start the daemon; its peers take over meanwhile',
  });

export const notesFailed = (cause: unknown): OperatorError =>
  new OperatorError(
    'VIP_FAILED',
    `what one process leaves for the next could not be noted or read: ${cause instanceof Error ? cause.message : String(cause)}`,
    { hint: 'the state directory must be there and writable; see `sealbeat check`', cause },
  );
