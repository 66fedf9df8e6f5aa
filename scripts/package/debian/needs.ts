/** Debian's libstdc++6 that first had this minor version of GLIBCXX_3.4; https://gcc.gnu.org/onlinedocs/libstdc++/manual/abi.html */
const LIBSTDCXX: Readonly<Record<number, string>> = {
  21: '5',
  22: '6',
  23: '7',
  24: '7.2',
  25: '8',
  26: '9',
  28: '9.3',
  29: '11',
  30: '12',
};

/** What the binary's versioned symbols ask for, as dpkg-shlibdeps would find; that needs the libraries of the processor at hand. */
export function libraries(binary: Buffer): readonly string[] {
  const libc = newest(binary, 'GLIBC_2.');
  const minor = newest(binary, 'GLIBCXX_3.4.');
  const libstdcxx = LIBSTDCXX[minor];
  if (libstdcxx === undefined)
    throw new Error(`which libstdc++6 has GLIBCXX_3.4.${minor}? add it to needs.ts`);
  return [`libc6 (>= 2.${libc})`, 'libgcc-s1 (>= 3.4)', `libstdc++6 (>= ${libstdcxx})`];
}

/** The highest of the names that begin so and end with the number, as an ELF string table has them. */
function newest(binary: Buffer, start: string): number {
  let highest = 0;
  for (let at = binary.indexOf(start); at !== -1; at = binary.indexOf(start, at + 1)) {
    const end = binary.indexOf(0, at);
    const number = binary.toString('latin1', at + start.length, Math.min(end, at + 40));
    if (/^[0-9]{1,3}(\.[0-9]+)?$/.test(number)) highest = Math.max(highest, Math.floor(Number(number)));
  }
  if (highest === 0) throw new Error(`the binary names no ${start}N: is it one for glibc?`);
  return highest;
}
