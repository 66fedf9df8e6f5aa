export const toHex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

export const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));

/** Exactly the eight bytes of an id, for ids and echoes that travel as 16 hex digits. Throws RangeError for others. */
export function writeId(view: DataView, at: number, hex: string): void {
  if (!/^[0-9a-f]{16}$/.test(hex)) throw new RangeError(`not 16 hex digits: "${hex}"`);
  view.setUint32(at, Number.parseInt(hex.slice(0, 8), 16));
  view.setUint32(at + 4, Number.parseInt(hex.slice(8, 16), 16));
}

export const readId = (view: DataView, at: number): string =>
  view.getUint32(at).toString(16).padStart(8, '0') +
  view
    .getUint32(at + 4)
    .toString(16)
    .padStart(8, '0');
