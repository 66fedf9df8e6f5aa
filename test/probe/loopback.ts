import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { ProbeAnswer } from '../../src/core/ports.ts';
import { newProber, type ProberPorts } from '../../src/probe/prober.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { toldExec } from '../fakes/told-exec.ts';
import { until } from '../lab/wait.ts';

export const PATIENCE_MS = 10_000;

/** A server on a free port of loopback, and the connections that it has accepted. */
export interface Loopback {
  readonly port: number;
  readonly sockets: Socket[];
  /** Once it has accepted one, and once it has seen every one of them end. */
  accepted(): Promise<void>;
  left(): Promise<void>;
}

export async function loopback(t: TestContext, server: Server): Promise<Loopback> {
  const sockets: Socket[] = [];
  let open = 0;
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    open += 1;
    socket.on('error', () => {});
    socket.on('close', () => (open -= 1));
    socket.resume();
  });
  await new Promise<void>((listening) => server.listen({ host: '127.0.0.1', port: 0 }, listening));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    accepted: () => until('a connection', PATIENCE_MS, () => sockets.length > 0),
    left: () => until('all connections to end', PATIENCE_MS, () => sockets.length > 0 && open === 0),
  };
}

/** One that says these pieces, each by itself, to whoever connects, and then waits. */
export const saying = (...pieces: readonly string[]): Server =>
  createServer({ noDelay: true }, async (socket) => {
    for (const piece of pieces) {
      socket.write(piece);
      for (let turns = 0; turns < 5; turns += 1) await aTurn(); // so that the other side reads in between
    }
  });

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen({ host: '127.0.0.1', port: 0 }, listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A prober whose clock stands, so that no limit is ever reached by waiting. */
export function standing(ports: Partial<ProberPorts> = {}, platform: NodeJS.Platform = 'linux') {
  const clock = new ManualClock();
  return { clock, prober: newProber({ clock, exec: toldExec({}), ...ports }, platform) };
}

/** The answer once it is there, which can be asked at any moment. */
export function watched(asked: Promise<ProbeAnswer>): {
  text: string | undefined;
  asked: Promise<ProbeAnswer>;
} {
  const seen: { text: string | undefined; asked: Promise<ProbeAnswer> } = { text: undefined, asked };
  void asked.then(({ text }) => (seen.text = text));
  return seen;
}

/** Lets everything run that is ready to. */
export const aTurn = (): Promise<void> => new Promise((next) => setImmediate(next));
