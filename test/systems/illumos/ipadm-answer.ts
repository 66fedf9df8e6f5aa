import type { Outcome } from '../model.ts';
import type { Errno } from './kernel.ts';

export const DONE: Outcome = { rc: 0, stdout: '', stderr: '' };

export const printed = (stdout: string): Outcome => ({ rc: 0, stdout, stderr: '' });

/** ipadm ends its complaint with a newline on the wrong stream. */
export const failed = (sentence: string, stdout = ''): Outcome => ({
  rc: 1,
  stdout: `${stdout}\n`,
  stderr: `ipadm: ${sentence}`,
});

export const UNAUTHORIZED = 'Insufficient user authorizations';
export const NO_IPMGMTD = 'Could not communicate with ipmgmtd';

/** libipadm's words for error numbers. */
export const STATUS: Readonly<Record<Errno, string>> = {
  ENXIO: 'Interface does not exist',
  EPERM: 'Permission denied',
  EEXIST: 'Already exists',
  EBUSY: 'Interface already in use',
  EADDRNOTAVAIL: "Can't assign requested address",
  ENOTALLOWED: 'Operation not permitted on from-gz interface',
};
