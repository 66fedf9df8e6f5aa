/**
 * Points of small order: with one of them as "public key" a shared secret is zero for everybody, and a signature can
 * be made without a key. No honest key pair has one, so a line that does is refused before anything is computed with it.
 *
 * Both lists hold every encoding, the non-canonical ones included, with the top bit clear: X25519 ignores that bit
 * (RFC 7748, 5) and Ed25519 keeps the sign of x in it (RFC 8032, 5.1.2).
 */
const X25519_SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000', // 0
  '0100000000000000000000000000000000000000000000000000000000000000', // 1
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', // order 8
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157', // order 8
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // p - 1
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // p, is 0
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // p + 1, is 1
];

const ED25519_SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000', // y = 0, order 4
  '0100000000000000000000000000000000000000000000000000000000000000', // y = 1, the neutral point
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', // order 8
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // y = -1, order 2
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // p, is 0
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // p + 1, is 1
];

export const isSmallOrderBoxKey = (boxKey: Uint8Array): boolean =>
  X25519_SMALL_ORDER.includes(withoutTopBit(boxKey));

export const isSmallOrderSignKey = (signKey: Uint8Array): boolean =>
  ED25519_SMALL_ORDER.includes(withoutTopBit(signKey));

function withoutTopBit(point: Uint8Array): string {
  const copy = Buffer.from(point);
  copy[31] = (copy[31] ?? 0) & 0x7f;
  return copy.toString('hex');
}
