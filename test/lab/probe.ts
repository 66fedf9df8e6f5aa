// Runs inside the client's namespace: asks every VIP every few milliseconds and tells the lab when answers stay away.
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { ProbeMessage, ProbeOptions } from './probe-messages.ts';

const options = JSON.parse(process.argv[2] ?? '') as ProbeOptions;
const tell = (message: ProbeMessage): void => void process.send?.(message);
// Lengths are monotonic; only where they are told to the lab do they become wall time.
const wallOf = (monoMs: number): number => Date.now() - (performance.now() - monoMs);

const targets = options.vips.map((vip) => ({
  vip,
  sent: 0,
  answered: 0,
  lastHost: '',
  lastMs: -Infinity,
  stallMs: 0,
}));
const socketFor = new Map(
  [4, 6].map((family) => [family, createSocket(family === 6 ? 'udp6' : 'udp4')] as const),
);
const NUMBER_BYTES = 2;

function received(answer: Buffer): void {
  const nowMs = performance.now();
  const target = targets[answer.readUInt16BE(0)];
  if (target === undefined) return;
  const host = answer.toString('latin1', NUMBER_BYTES);
  const lengthMs = nowMs - target.lastMs;
  if (Number.isFinite(lengthMs) && lengthMs >= options.shortestGapMs) {
    const { vip, lastHost: before, stallMs: ownStallMs } = target;
    const span = { fromMs: wallOf(target.lastMs), toMs: wallOf(nowMs) };
    tell({ kind: 'gap', vip, ...span, lengthMs, before, after: host, ownStallMs });
  }
  if (host !== target.lastHost) tell({ kind: 'answerer', vip: target.vip, host, atMs: wallOf(nowMs) });
  target.lastHost = host;
  target.lastMs = nowMs;
  target.stallMs = 0;
  target.answered += 1;
}

for (const socket of socketFor.values()) {
  socket.on('message', received);
  socket.on('error', () => undefined); // no route and the like are silence
  socket.bind(0);
}

const questions = targets.map((target, number) => {
  const question = Buffer.alloc(NUMBER_BYTES);
  question.writeUInt16BE(number);
  const socket = socketFor.get(isIPv6(target.vip) ? 6 : 4);
  return () => {
    target.sent += 1;
    socket?.send(question, options.port, target.vip, () => undefined);
  };
});

let lastTickMs = performance.now();
setInterval(() => {
  const nowMs = performance.now();
  const lateMs = nowMs - lastTickMs - options.everyMs;
  lastTickMs = nowMs;
  for (const target of targets) target.stallMs = Math.max(target.stallMs, lateMs);
  for (const ask of questions) ask();
}, options.everyMs);

process.on('message', (number: number) => {
  // One turn later, so that answers already in the socket's buffer are counted first.
  setImmediate(() => {
    const nowMs = performance.now();
    const vips = targets.map(({ vip, sent, answered, lastHost, lastMs }) => {
      return { vip, sent, answered, lastHost, silentForMs: Number.isFinite(lastMs) ? nowMs - lastMs : null };
    });
    tell({ kind: 'report', number, vips });
  });
});
process.on('disconnect', () => process.exit(0)); // the lab has gone
tell({ kind: 'ready' });
