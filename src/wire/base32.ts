/**
 * Bytes as text that survives people: one word for a double click, no letter pairs that look alike (no 1, b, i, o),
 * lower case only. Alphabet of bech32 (BIP 173), without its checksum: whoever encodes adds one of their own.
 */
const ALPHABET = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const BITS_PER_CHARACTER = 5;

export const base32Length = (byteCount: number): number => Math.ceil((byteCount * 8) / BITS_PER_CHARACTER);

/** Most significant bits first; the last character is filled up with zero bits. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let pending = 0;
  let pendingBits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    pendingBits += 8;
    while (pendingBits >= BITS_PER_CHARACTER) {
      pendingBits -= BITS_PER_CHARACTER;
      text += ALPHABET.charAt((pending >> pendingBits) & 31);
    }
    pending &= (1 << pendingBits) - 1;
  }
  if (pendingBits > 0) text += ALPHABET.charAt((pending << (BITS_PER_CHARACTER - pendingBits)) & 31);
  return text;
}

/** Index of the first character that the alphabet doesn't have, or -1. */
export function strangerInBase32(text: string): number {
  return [...text].findIndex((character) => !ALPHABET.includes(character));
}

/**
 * The bytes, or undefined when the filling bits are not zero: one value has exactly one text.
 * Expects characters of the alphabet only (see `strangerInBase32`) and a length that `base32Length` can give.
 */
export function fromBase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * BITS_PER_CHARACTER) / 8));
  let written = 0;
  let pending = 0;
  let pendingBits = 0;
  for (const character of text) {
    pending = (pending << BITS_PER_CHARACTER) | ALPHABET.indexOf(character);
    pendingBits += BITS_PER_CHARACTER;
    if (pendingBits < 8) continue;
    pendingBits -= 8;
    bytes[written++] = pending >> pendingBits;
    pending &= (1 << pendingBits) - 1;
  }
  return pending === 0 ? bytes : undefined;
}
