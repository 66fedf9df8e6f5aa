/**
 * What is not known for certain of a real system. Each setting has the likelier outcome as its default and another one that
 * is plausible too: who uses these commands has to work with both.
 */
export interface Variants {
  /** `ifconfig addif A up` of an address that is up on this host: an error and a stray logical interface, or a second copy. */
  readonly addifOfPresent: 'fails' | 'succeeds';
  /** What ipadm calls an address that ifconfig has made: `e1000g0/_a` or `e1000g0/?`. */
  readonly addifObject: 'generated' | 'unknown';
  /** An address that the global zone does not allow is refused, or taken and its packets dropped. */
  readonly notAllowed: 'refused' | 'dropped';
  /** Older releases of ipadm do not deal with IPMP groups. */
  readonly ipadmOnIpmp: 'refused' | 'works';
  /** `delete-addr` of a duplicate: succeeds, or says that there is no such object after having removed it. */
  readonly deleteOfDuplicate: 'works' | 'says not found';
  /** After a carrier has come back, addresses are tried anew, as duplicates are. */
  readonly linkUpRestartsDetection: boolean;
  /** Repeated announcements for as long as the address is there; 0 for none. */
  readonly slowAnnounceMs: number;
  /** Sentences whose error number is inferred. */
  readonly words: Words;
}

export interface Words {
  readonly removeifMissing: string;
  readonly createSameAddress: string;
  readonly createNoInterface: string;
  readonly createNoAuthorization: string;
  readonly createBadAddress: string;
  readonly createNoLinkLocal: string;
  readonly createInSharedZone: string;
  readonly deleteMissing: string;
  readonly showMissing: string;
}

const WORDS: Words = {
  removeifMissing: 'no such interface',
  createSameAddress: 'Address already in use',
  createNoInterface: 'Interface does not exist',
  createNoAuthorization: 'Insufficient user authorizations',
  createBadAddress: 'Error in creating address object: Invalid address',
  createNoLinkLocal: "Can't assign requested address",
  createInSharedZone: 'Operation not permitted on from-gz interface',
  deleteMissing: 'Object not found',
  showMissing: 'Address object not found',
};

export type VariantChoice = Partial<Omit<Variants, 'words'>> & { readonly words?: Partial<Words> };

export const variantsWith = (choice: VariantChoice = {}): Variants => ({
  addifOfPresent: 'fails',
  addifObject: 'generated',
  notAllowed: 'refused',
  ipadmOnIpmp: 'refused',
  deleteOfDuplicate: 'works',
  linkUpRestartsDetection: true,
  slowAnnounceMs: 15_000,
  ...choice,
  words: { ...WORDS, ...choice.words },
});

/** All of the other outcomes at once. */
export const OTHER_OUTCOMES: VariantChoice = {
  addifOfPresent: 'succeeds',
  addifObject: 'unknown',
  notAllowed: 'dropped',
  ipadmOnIpmp: 'works',
  deleteOfDuplicate: 'says not found',
  linkUpRestartsDetection: false,
  slowAnnounceMs: 0,
  words: {
    removeifMissing: 'Cannot assign requested address',
    createSameAddress: "Can't assign requested address",
    createNoInterface: 'Could not open DLPI link',
    createNoAuthorization: 'Permission denied',
    createBadAddress: 'Error in setting local address: Invalid address',
    createNoLinkLocal: 'Invalid argument provided',
    createInSharedZone: 'Permission denied',
    deleteMissing: 'Interface does not exist',
    showMissing: 'Could not get address: Object not found',
  },
};
