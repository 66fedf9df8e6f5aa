// Runs in a namespace: many connections to one port, none of which is a peer's. Arguments: ADDRESS PORT COUNT. A third say
// nothing, a third say a byte a second, a third say what looks like frames and never read. Who is turned away comes again
// after a second. Tells every second how many are open and how often somebody came.
import { connect } from 'node:net';
import type { Socket } from 'node:net';

const [address = '', port = '', count = ''] = process.argv.slice(2);
const AGAIN_MS = 1_000;
const open = new Set<Socket>();
let attempts = 0;

/** A length that a frame can have, and then nothing that could be one. */
const nonsense = Buffer.alloc(182, 0x55);
nonsense.writeUInt16BE(180);

function enter(kind: number): void {
  attempts += 1;
  const socket = connect({ host: address, port: Number(port) });
  let byByte: NodeJS.Timeout | undefined;
  socket.once('connect', () => {
    open.add(socket);
    if (kind === 1) byByte = setInterval(() => socket.write(Buffer.of(0)), 1_000);
    if (kind === 2) {
      socket.pause();
      socket.write(nonsense);
    }
  });
  if (kind !== 2) socket.resume();
  socket.on('error', () => undefined);
  socket.once('close', () => {
    clearInterval(byByte);
    open.delete(socket);
    setTimeout(enter, AGAIN_MS, kind);
  });
}

process.once('message', () => {
  for (let number = 0; number < Number(count); number += 1) enter(number % 3);
  setInterval(() => process.send?.({ open: open.size, attempts }), 1_000);
});
process.on('disconnect', () => process.exit(0)); // the lab has gone
process.send?.('ready');
