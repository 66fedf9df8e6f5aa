import type { ErrnoCode } from '../bsd/errno.ts';

/** Where sources leave open what an OpenBSD host does, or where its releases differ. */
export interface OpenbsdVariants {
  /** What adding an address comes to that is there. */
  readonly aliasAgain: 'fine' | 'refused';
  /** What the kernel answers when an address to be deleted is not there. */
  readonly deleteMissing: ErrnoCode;
  /** Whether a /32 shows a broadcast address. */
  readonly hostBroadcast: boolean;
  /** Who refuses a demotion of more than 128: ifconfig, or, where it lets it pass, the kernel. */
  readonly demotionLimit: 'ifconfig' | 'kernel';
  /** How often the skew counts in the time after which a master is taken for dead. */
  readonly masterDownSkews: 1 | 3;
  readonly announcesIPv6: boolean;
  readonly leaseLatenessMs: number;
  readonly hashCoversAddresses: boolean;
  /** The exit code of sysctl for a name that it does not know. */
  readonly unknownNameRc: 0 | 1;
}

export const openbsdDefaults: OpenbsdVariants = {
  aliasAgain: 'fine',
  deleteMissing: 'EADDRNOTAVAIL',
  hostBroadcast: true,
  demotionLimit: 'ifconfig',
  masterDownSkews: 3,
  announcesIPv6: true,
  leaseLatenessMs: 1_000,
  hashCoversAddresses: true,
  unknownNameRc: 1,
};
