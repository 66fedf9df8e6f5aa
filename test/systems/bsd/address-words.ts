export interface GivenAddress {
  readonly address: string;
  /** Undefined when the operator left it to the kernel. */
  readonly prefixLength: number | undefined;
}

export interface AddressRequest {
  /** What goes first: an address, or `first` for whichever is the first of the family. */
  readonly remove: string | 'first' | undefined;
  readonly add: GivenAddress | undefined;
  /** Unless an address was to be deleted, it does not matter that there was none. */
  readonly mayBeAbsent: boolean;
}

/**
 * How ifconfig has read addresses since 4.3BSD. The word `alias` may stand before or behind the address, and without it
 * the first address of the interface is taken away.
 */
export interface AddressWords {
  alias(): void;
  unalias(): void;
  address(text: string): void;
  /** For `netmask` and `prefixlen`. */
  prefixLength(length: number): void;
  request(): AddressRequest;
}

export function addressWords(parse: (text: string, role: 'add' | 'remove') => GivenAddress): AddressWords {
  let aliasing: 'unsaid' | 'alias' | 'unalias' = 'unsaid';
  let removes = false;
  let removed: string | undefined;
  let added: GivenAddress | undefined;
  let length: number | undefined;
  return {
    alias() {
      aliasing = 'alias';
      removes = false;
    },
    unalias() {
      if (aliasing === 'unsaid') removed = added?.address;
      aliasing = 'unalias';
      removes = true;
    },
    address(text) {
      if (aliasing === 'unalias') removed = parse(text, 'remove').address;
      // A second one is the other end of a point-to-point link, of which there are none here.
      else added ??= parse(text, 'add');
      if (aliasing === 'unsaid') removes = true;
    },
    prefixLength: (given) => void (length = given),
    request: () => ({
      remove: removes ? (removed ?? 'first') : undefined,
      add:
        aliasing === 'unalias' || added === undefined
          ? undefined
          : { ...added, prefixLength: length ?? added.prefixLength },
      mayBeAbsent: aliasing !== 'unalias',
    }),
  };
}
