// Runs in a host's namespace: one end of a TCP connection over which both ends send a number every few milliseconds and check those
// of the other. Arguments: PORT EVERY-MS SHORTEST-GAP-MS, and the address to call; without one it is called.
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { StreamMessage } from './stream-end.ts';

const [port = '', every = '', shortest = '', address] = process.argv.slice(2);
const NUMBER_BYTES = 4;

const tell = (message: StreamMessage): void => void process.send?.(message);
const wallOf = (monoMs: number): number => Date.now() - (performance.now() - monoMs);

let sent = 0;
let received = 0;
let lastMs = 0;
let rest = Buffer.alloc(0);

function takeNumbers(bytes: Buffer): void {
  const nowMs = performance.now();
  if (lastMs !== 0 && nowMs - lastMs >= Number(shortest)) {
    tell({ kind: 'gap', fromMs: wallOf(lastMs), toMs: wallOf(nowMs), lengthMs: nowMs - lastMs });
  }
  lastMs = nowMs;
  rest = Buffer.concat([rest, bytes]);
  for (; rest.length >= NUMBER_BYTES; rest = rest.subarray(NUMBER_BYTES)) {
    const number = rest.readUInt32BE(0);
    if (number !== received) tell({ kind: 'broken', why: `number ${number} came where ${received} was due` });
    received += 1;
  }
}

function talk(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('data', takeNumbers);
  socket.on('error', (error) => tell({ kind: 'broken', why: error.message }));
  socket.on('end', () => tell({ kind: 'broken', why: 'the other end has closed the connection' }));
  setInterval(() => {
    const number = Buffer.alloc(NUMBER_BYTES);
    number.writeUInt32BE(sent);
    socket.write(number);
    sent += 1;
  }, Number(every));
}

process.on('message', (number: number) => tell({ kind: 'report', number, sent, received }));
process.on('disconnect', () => process.exit(0)); // the test has gone

if (address === undefined) {
  createServer(talk).listen(Number(port), () => tell({ kind: 'ready' }));
} else {
  const socket = connect(Number(port), address, () => tell({ kind: 'ready' }));
  talk(socket);
}
