// Runs in a namespace: sends recorded datagrams in a loop. Arguments: ADDRESS PORT EVERY_MS; the frames come as a message.
import { createSocket } from 'node:dgram';

const [address = '', port = '', everyMs = ''] = process.argv.slice(2);
const socket = createSocket('udp4');
socket.on('error', () => undefined); // a refusing host does not stop an attacker

process.on('message', (frames: readonly string[]) => {
  const datagrams = frames.map((frame) => Buffer.from(frame, 'base64'));
  let next = 0;
  setInterval(() => {
    const datagram = datagrams[next];
    next = (next + 1) % datagrams.length;
    if (datagram !== undefined) socket.send(datagram, Number(port), address, () => undefined);
  }, Number(everyMs));
});
process.on('disconnect', () => process.exit(0)); // the lab has gone
process.send?.('ready');
