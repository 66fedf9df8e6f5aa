/** HSalsa20 (Bernstein, "Extending the Salsa20 nonce", 2), written down once more so that tests need not trust one text. */
export function hsalsa20(key: Uint8Array, input: Uint8Array): Uint8Array {
  const word = (bytes: Uint8Array, index: number): number =>
    new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(index * 4, true);
  const constants = new TextEncoder().encode('expand 32-byte k');
  const constant = (index: number): number => word(constants, index);
  const keyWord = (index: number): number => word(key, index);
  const inputWord = (index: number): number => word(input, index);
  const x = Uint32Array.of(
    ...[constant(0), keyWord(0), keyWord(1), keyWord(2)],
    ...[keyWord(3), constant(1), inputWord(0), inputWord(1)],
    ...[inputWord(2), inputWord(3), constant(2), keyWord(4)],
    ...[keyWord(5), keyWord(6), keyWord(7), constant(3)],
  );
  const quarter = (a: number, b: number, c: number, d: number): void => {
    const mix = (to: number, one: number, other: number, by: number): void => {
      const sum = (x[one]! + x[other]!) >>> 0;
      x[to]! ^= (sum << by) | (sum >>> (32 - by));
    };
    mix(b, a, d, 7);
    mix(c, b, a, 9);
    mix(d, c, b, 13);
    mix(a, d, c, 18);
  };
  for (let round = 0; round < 20; round += 2) {
    quarter(0, 4, 8, 12);
    quarter(5, 9, 13, 1);
    quarter(10, 14, 2, 6);
    quarter(15, 3, 7, 11);
    quarter(0, 1, 2, 3);
    quarter(5, 6, 7, 4);
    quarter(10, 11, 8, 9);
    quarter(15, 12, 13, 14);
  }
  const out = new DataView(new ArrayBuffer(32));
  [0, 5, 10, 15, 6, 7, 8, 9].forEach((from, index) => out.setUint32(index * 4, x[from]!, true));
  return new Uint8Array(out.buffer);
}
