/** What a kernel refuses with, and how the C library of all three systems words it. */
const TEXTS = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ENXIO: 'Device not configured',
  EEXIST: 'File exists',
  EINVAL: 'Invalid argument',
  ENOTTY: 'Inappropriate ioctl for device',
  EADDRNOTAVAIL: "Can't assign requested address",
  EPROTONOSUPPORT: 'Protocol not supported',
} as const;

export type ErrnoCode = keyof typeof TEXTS;

export const strerror = (code: ErrnoCode): string => TEXTS[code];

export class KernelError extends Error {
  readonly code: ErrnoCode;
  constructor(code: ErrnoCode) {
    super(TEXTS[code]);
    this.code = code;
  }
}

export function refused(code: ErrnoCode): never {
  throw new KernelError(code);
}

/** One system call: gives back what it was refused with, if it was. */
export function attempt(call: () => void): ErrnoCode | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof KernelError) return error.code;
    throw error;
  }
}
