// The attacker's end, run where it is to stand. Arguments: `record ADDRESS PORT COUNT`, or `inject ADDRESS PORT` with the
// frames as a message; frames travel in base64.
import { createSocket } from 'node:dgram';

const [task, address = '', port = '', count = '0'] = process.argv.slice(2);
const socket = createSocket('udp4');
process.on('disconnect', () => process.exit(0));

if (task === 'record') {
  const frames: string[] = [];
  socket.on('message', (frame) => {
    frames.push(frame.toString('base64'));
    if (frames.length < Number(count)) return;
    socket.close();
    process.send?.({ frames });
  });
  socket.bind(Number(port), address, () => process.send?.({ ready: true }));
} else {
  process.on('message', (frames: readonly string[]) => {
    let left = frames.length;
    for (const frame of frames) {
      socket.send(Buffer.from(frame, 'base64'), Number(port), address, () => {
        left -= 1;
        if (left === 0) process.send?.({ sent: true });
      });
    }
  });
  process.send?.({ ready: true });
}
