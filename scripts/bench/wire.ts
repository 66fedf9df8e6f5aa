import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolEnv } from '../../test/lab/host-tool.ts';
import type { Lab } from '../../test/lab/lab.ts';
import { until } from '../../test/lab/wait.ts';

/** Wall milliseconds, by the kernel's clock at the interface: how late the reader is does not matter. */
export interface Packet {
  readonly atMs: number;
  /** From the Ethernet header on, cut off after the first 96 bytes. */
  readonly bytes: Buffer;
}

const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;
/** Bursts of thousands are to be kept whole while the machine is busy with what is measured. */
const KERNEL_BUFFER_KB = 32 * 1_024;

/** Packets of a capture file (pcap, little-endian, microseconds), oldest first. */
export function packetsIn(pcap: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = FILE_HEADER_BYTES; at + PACKET_HEADER_BYTES <= pcap.length;) {
    const length = pcap.readUInt32LE(at + 8);
    const from = at + PACKET_HEADER_BYTES;
    if (from + length > pcap.length) break; // cut off when tcpdump was ended
    const atMs = pcap.readUInt32LE(at) * 1_000 + pcap.readUInt32LE(at + 4) / 1_000;
    packets.push({ atMs, bytes: pcap.subarray(from, from + length) });
    at = from + length;
  }
  return packets;
}

export interface Announced {
  readonly atMs: number;
  /** IPv4 as usual; IPv6 as 32 hexadecimal digits. */
  readonly address: string;
  readonly mac: string;
}

/** A gratuitous ARP to everybody, or a neighbour advertisement to all nodes; undefined for anything else. */
export function announcedBy({ atMs, bytes }: Packet): Announced | undefined {
  if (bytes.length < 42) return undefined;
  const mac = (bytes.toString('hex', 6, 12).match(/../g) ?? []).join(':');
  const type = bytes.readUInt16BE(12);
  if (type === 0x0806 && bytes.toString('hex', 0, 6) === 'ffffffffffff') {
    const isGratuitous = bytes.subarray(28, 32).equals(bytes.subarray(38, 42));
    return isGratuitous ? { atMs, address: [...bytes.subarray(28, 32)].join('.'), mac } : undefined;
  }
  const isAdvertisement = type === 0x86dd && bytes[20] === 58 && bytes.length >= 78 && bytes[54] === 136;
  if (!isAdvertisement || bytes.toString('hex', 0, 2) !== '3333') return undefined;
  return { atMs, address: bytes.toString('hex', 62, 78), mac };
}

/** tcpdump to a file, so that a burst costs the machine little while it is on its way. */
export class WireCapture {
  readonly #tcpdump: ChildProcess;
  readonly #path: string;
  readonly #words: () => string;

  private constructor(tcpdump: ChildProcess, path: string, words: () => string) {
    this.#tcpdump = tcpdump;
    this.#path = path;
    this.#words = words;
  }

  /** `where`: an end of the lab and an interface there. */
  static async start(
    lab: Lab,
    where: { readonly end: string; readonly link: string },
    filter: readonly string[],
  ): Promise<WireCapture> {
    const path = join(lab.folder, `${where.end}.${where.link}.pcap`);
    const args = ['-n', '-Z', 'root', '-s', '96', '-B', `${KERNEL_BUFFER_KB}`, '-Q', 'in', '-i', where.link];
    const tcpdump = spawn(
      'ip',
      ['netns', 'exec', lab.namespace(where.end), 'tcpdump', ...args, '-w', path, ...filter],
      { stdio: ['ignore', 'ignore', 'pipe'], env: toolEnv },
    );
    let words = '';
    tcpdump.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk));
    await until(
      'tcpdump to listen',
      10_000,
      () => words.includes('listening on'),
      () => words,
    );
    return new WireCapture(tcpdump, path, () => words);
  }

  /** Ends it. Throws when some were lost: what was measured then is not what happened. */
  async packets(): Promise<readonly Packet[]> {
    const ended = once(this.#tcpdump, 'close');
    this.#tcpdump.kill('SIGTERM');
    await ended;
    const lost = /^([1-9]\d*) packets? dropped by kernel/m.exec(this.#words())?.[1];
    if (lost !== undefined) throw new Error(`tcpdump lost ${lost} packets`);
    return packetsIn(readFileSync(this.#path));
  }
}
