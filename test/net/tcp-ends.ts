import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock } from '../../src/core/ports.ts';
import type { PathSettings } from '../../src/core/settings.ts';
import type { NodeName } from '../../src/core/units.ts';
import { familiesOf } from '../../src/net/bindings.ts';
import { newNames, type Lookup } from '../../src/net/names.ts';
import type { Over } from '../../src/net/tcp-connection.ts';
import { framed } from '../../src/net/tcp-frames.ts';
import { openTcp, type Peer, type TcpLink } from '../../src/net/tcp.ts';
import { systemClock } from '../../src/system/clock.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { seededRandom } from '../fakes/seeded-random.ts';

export const PATIENCE_MS = 10_000;
export const TIMING = { intervalMs: 50, timeoutMs: 1_000 };

export const tcpPath = (port: number, host = '127.0.0.1'): PathSettings => ({
  transport: 'tcp',
  host,
  port,
  url: `tcp://${host}:${port}`,
});

export const peer = (number: number, ...paths: readonly PathSettings[]): Peer => ({
  name: `n${number}` as NodeName,
  number,
  paths,
});

/** The shortest frame there is, with a text at its beginning. */
export const frame = (text: string): Uint8Array => {
  const bytes = Buffer.alloc(180);
  bytes.write(text);
  return bytes;
};
export const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('latin1').replace(/\0+$/, '');

/** Connections of one node, and a judge of frames who goes by their text. */
export interface End {
  readonly link: TcpLink;
  readonly frames: string[];
  readonly readies: string[];
  readonly troubles: string[];
  readonly counts: Map<string, number>;
  readonly log: ReturnType<typeof collectedLog>;
}

/**
 * `from 2 over 0` is accepted as from node 2, which names way 0; `hello` is answered; `garbage` is no frame; anything else
 * is a replay.
 */
function judge(text: string, over: Over): void {
  const [, node, path] = /^from (\d+) over (\d+)/.exec(text) ?? [];
  if (node !== undefined) over.belongsTo(Number(node), Number(path));
  else if (text.startsWith('hello')) over.send(frame(`answer to ${text}`));
  else if (text.startsWith('garbage')) over.refuse('box');
}

export async function openEnd(
  t: TestContext,
  own: readonly PathSettings[],
  { clock = systemClock, lookup }: { clock?: Clock; lookup?: Lookup } = {},
): Promise<End> {
  const [frames, readies, troubles]: [string[], string[], string[]] = [[], [], []];
  const counts = new Map<string, number>();
  const log = collectedLog();
  const names = newNames({ clock, log, families: familiesOf(own), lookup });
  const link = await openTcp({
    ...{ own, clock, random: seededRandom('strangers'), log, names },
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
    onFrame(bytes, over) {
      frames.push(textOf(bytes));
      judge(textOf(bytes), over);
    },
    onReady: (node, path, ready) => void readies.push(`${node}/${path} ${ready ? 'ready' : 'gone'}`),
    onTrouble: (node, code) => void troubles.push(`${node} ${code}`),
  });
  t.after(() => {
    link.close();
    names.close();
  });
  return { link, frames, readies, troubles, counts, log };
}

/** Somebody who connects, and says what a test makes him say. */
export interface Caller {
  readonly socket: Socket;
  /** Texts of the frames that came back. */
  readonly heard: string[];
  readonly isGone: boolean;
  say(...texts: readonly string[]): void;
}

export function call(t: TestContext, port: number, localAddress = '127.0.0.1'): Caller {
  const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
  const heard: string[] = [];
  let rest = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (; rest.length >= 182; rest = rest.subarray(182)) heard.push(textOf(rest.subarray(2, 182)));
  });
  t.after(() => socket.destroy());
  return {
    socket,
    heard,
    get isGone() {
      return socket.closed || socket.destroyed;
    },
    say: (...texts) => void socket.write(Buffer.concat(texts.map((text) => framed(frame(text))))),
  };
}
