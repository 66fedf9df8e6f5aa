import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hasTool, toolEnv } from './host-tool.ts';
import type { Lab } from './lab.ts';
import { until } from './wait.ts';

export const hasTcpdump = (): boolean => hasTool('tcpdump');

const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;
const ETHERNET_BYTES = 14;
const UDP_HEADER_BYTES = 8;

/** Payloads of the UDP datagrams in a capture of IPv4 on Ethernet (pcap, little-endian), oldest first. */
export function udpPayloads(pcap: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = FILE_HEADER_BYTES; at + PACKET_HEADER_BYTES <= pcap.length;) {
    const length = pcap.readUInt32LE(at + 8);
    const packet = pcap.subarray(at + PACKET_HEADER_BYTES, at + PACKET_HEADER_BYTES + length);
    at += PACKET_HEADER_BYTES + length;
    if (packet.length < length) break; // cut off when tcpdump was ended
    const ip = packet.subarray(ETHERNET_BYTES);
    const headerBytes = ((ip[0] ?? 0) & 15) * 4;
    const udpBytes = ip.readUInt16BE(headerBytes + 4);
    payloads.push(ip.subarray(headerBytes + UDP_HEADER_BYTES, headerBytes + udpBytes));
  }
  return payloads;
}

/** Records what one host sends to a UDP port, at the switch, while `during` runs. Needs tcpdump. */
export async function captureUdp(
  lab: Lab,
  { host, toPort }: { host: string; toPort: number },
  during: () => Promise<void>,
): Promise<Buffer[]> {
  const args = [
    '-i',
    host,
    '-Q',
    'in',
    '-U',
    '-w',
    '-',
    'udp',
    'and',
    'ip',
    'and',
    'dst',
    'port',
    `${toPort}`,
  ];
  const child = spawn('ip', ['netns', 'exec', lab.namespace('sw'), 'tcpdump', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: toolEnv,
  });
  const chunks: Buffer[] = [];
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (words += chunk));
  const ended = once(child, 'close');
  try {
    await until(
      'tcpdump to listen',
      10_000,
      () => words.includes('listening on'),
      () => words,
    );
    await during();
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  return udpPayloads(Buffer.concat(chunks));
}
