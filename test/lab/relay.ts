// Runs in the namespace of a receiver: takes datagrams at one port, and hands each on to the address that it was for, later
// and perhaps twice. Each waits for itself, so jitter puts them out of order. Argument: RelayOptions as JSON.
import { createSocket } from 'node:dgram';
import type { RelayOptions } from './weather.ts';

const { listenPort, toAddress, toPort, delayMs, jitterMs, duplicatePercent } = JSON.parse(
  process.argv[2] ?? '',
) as RelayOptions;
const socket = createSocket('udp4');
socket.on('error', () => undefined); // an agent that is not there refuses; that ends nothing

function handOn(datagram: Buffer): void {
  const waitMs = Math.max(0, delayMs + (Math.random() * 2 - 1) * jitterMs);
  setTimeout(() => socket.send(datagram, toPort, toAddress, () => undefined), waitMs);
}

socket.on('message', (datagram) => {
  handOn(datagram);
  if (Math.random() * 100 < duplicatePercent) handOn(datagram);
});
socket.bind(listenPort, toAddress, () => process.send?.('ready'));
process.on('disconnect', () => process.exit(0)); // the lab has gone
