import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, isIP } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { daemonPid, fetchStatus } from '../../control/client.ts';
import type { PathSettings } from '../../core/settings.ts';
import type { CliHost } from '../host.ts';
import type { World } from './world.ts';

const LOOKUP_MS = 2_000;
const PID_MS = 1_000;
const BYTES_MAX = 1_048_576;

export const systemWorld = ({ exec, platform, euid }: CliHost): World => ({
  ...{ exec, platform, euid },
  readText: (path) => orNothing(() => readFileSync(path, 'utf8').slice(0, BYTES_MAX)),
  list: (folder) => orNothing(() => readdirSync(folder).toSorted()) ?? [],
  readLink: (path) => orNothing(() => readlinkSync(path)),
  resolve: addressOf,
  portProblem,
  pause: (ms) => after(ms),
  status: fetchStatus,
  agentPid: (control) => daemonPid(control, PID_MS),
});

function orNothing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined; // not there, or not for us to see: both are for the caller "not known"
  }
}

async function addressOf(host: string): Promise<string | undefined> {
  if (isIP(host) !== 0) return host;
  const late = new AbortController();
  const found = lookup(host).then(
    ({ address }) => address,
    () => undefined,
  );
  const timeout = after(LOOKUP_MS, undefined, { signal: late.signal }).catch(() => undefined);
  return await Promise.race([found, timeout]).finally(() => late.abort());
}

/** As the agent listens: on all interfaces, unless the path is one of loopback. */
function portProblem({ transport, host, port }: PathSettings): Promise<string | undefined> {
  const family = isIP(host) === 6 ? 6 : 4;
  const loopback = host.startsWith('127.') || host === '::1';
  const address = loopback ? host : family === 6 ? '::' : '0.0.0.0';
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    if (transport === 'udp') {
      const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', ipv6Only: family === 6 });
      socket.once('error', (error) => {
        socket.close();
        failed(error);
      });
      socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(undefined)));
      return;
    }
    const server = createServer();
    server.once('error', failed);
    server.listen({ host: address, port, exclusive: true, ipv6Only: family === 6 }, () =>
      server.close(() => resolve(undefined)),
    );
  });
}
