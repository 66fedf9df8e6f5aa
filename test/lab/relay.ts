// Runs in the namespace of a receiver: takes datagrams and connections at one port, and hands everything on to the address
// that it was for, later. Argument: RelayOptions as JSON.
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import type { RelayOptions } from './weather.ts';

const { listenPort, toAddress, toPort, delayMs, jitterMs, duplicatePercent } = JSON.parse(
  process.argv[2] ?? '',
) as RelayOptions;
const waitMs = (): number => Math.max(0, delayMs + (Math.random() * 2 - 1) * jitterMs);

const socket = createSocket('udp4');
socket.on('error', () => undefined); // an agent that is not there refuses; that ends nothing

/** Each datagram waits for itself, so jitter puts them out of order. */
function handOn(datagram: Buffer): void {
  setTimeout(() => socket.send(datagram, toPort, toAddress, () => undefined), waitMs());
}

socket.on('message', (datagram) => {
  handOn(datagram);
  if (Math.random() * 100 < duplicatePercent) handOn(datagram);
});

/** In a stream nothing overtakes: what comes too early waits for what was before it. */
function passOn(from: Socket, to: Socket): void {
  let tail = Promise.resolve();
  from.on('data', (chunk: Buffer) => {
    const dueMs = performance.now() + waitMs();
    tail = tail.then(async () => {
      await after(Math.max(0, dueMs - performance.now()));
      to.write(chunk);
    });
  });
  from.on('error', () => undefined);
  from.on('close', () => void tail.then(() => to.destroy()));
}

const server = createServer({ noDelay: true }, (near) => {
  const far = connect({ port: toPort, host: toAddress, noDelay: true });
  passOn(near, far);
  passOn(far, near);
});
server.listen(listenPort, toAddress, () => {
  socket.bind(listenPort, toAddress, () => process.send?.('ready'));
});
process.on('disconnect', () => process.exit(0)); // the lab has gone
