import type { ErrnoCode } from '../bsd/errno.ts';

/** Where sources leave open what a NetBSD host does, or where its releases differ. */
export interface NetbsdVariants {
  /** How a listing says that an address has no flags. */
  readonly zeroFlags: '0' | '0x0';
  readonly aliasAgain: 'fine' | 'refused';
  readonly deleteMissing: ErrnoCode;
  /** What setting an address comes to on an interface that there is not. */
  readonly unknownLink: 'refused' | 'silent';
  /** Whether every change of a virtual host sends it through INIT, which undoes `state master`. */
  readonly changeResets: boolean;
  readonly announcesIPv6: boolean;
  readonly leaseLatenessMs: number;
  readonly hashCoversAddresses: boolean;
}

export const netbsdDefaults: NetbsdVariants = {
  zeroFlags: '0',
  aliasAgain: 'fine',
  deleteMissing: 'EADDRNOTAVAIL',
  unknownLink: 'refused',
  changeResets: true,
  announcesIPv6: true,
  leaseLatenessMs: 1_000,
  hashCoversAddresses: true,
};
