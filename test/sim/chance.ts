/** Everything that chance decides in a run comes from here: the same seed and stream give the same run. */
export class Chance {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  /** Streams of one seed are independent, so that one more question to the network does not change the faults. */
  constructor(seed: number, stream: string) {
    let hash = 0x811c9dc5;
    for (const letter of stream) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    this.#a = seed >>> 0;
    this.#b = hash >>> 0;
    this.#c = (Math.floor(seed / 0x1_0000_0000) ^ 0x9e3779b9) >>> 0;
    for (let round = 0; round < 12; round++) this.next();
  }

  /** From 0 to below 1. The generator is sfc32 (PractRand). */
  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return (sum >>> 0) / 0x1_0000_0000;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** 0 to `below` − 1. */
  whole(below: number): number {
    return Math.floor(this.next() * below);
  }

  is(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  oneOf<T>(list: readonly T[]): T {
    return list[this.whole(list.length)]!;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at++) bytes[at] = this.whole(256);
    return bytes;
  }
}
