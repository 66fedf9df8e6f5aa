import { after, type TestContext } from 'node:test';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasTool, runTool } from '../lab/host-tool.ts';

/** The interface in both namespaces, and what stands on it before any VIP. */
export const LINK = 'sbv0';
export const OWN4 = '10.77.0.1/24';
export const OWN6 = 'fd77::1/64';

/** Two namespaces joined by a cable: `here` is where an agent runs, `there` its neighbour. */
export interface Pair {
  readonly here: string;
  readonly there: string;
  /** `ip` inside `here`. */
  ip(...args: string[]): string;
  /** `ip` inside `there`. */
  peerIp(...args: string[]): string;
  /** A setting of the interface inside `here`. */
  sysctl(path: string, value?: string): string;
}

let pairs = 0;

/** Skips aloud where a tool or root is missing; in CI that is a failure. True when the test can go on. */
export function needs(t: TestContext, tools: readonly string[], { root = true } = {}): boolean {
  const problem =
    process.platform !== 'linux'
      ? 'needs Linux'
      : root && process.getuid?.() !== 0
        ? 'needs root, for network namespaces'
        : tools
            .filter((tool) => !hasTool(tool))
            .map((tool) => `needs ${tool}, which is not installed`)
            .join('; ');
  if (problem === '') return true;
  if (process.env['CI'] === 'true') throw new Error(`may not be skipped in CI: ${problem}`);
  t.skip(problem);
  return false;
}

export function makePair(): Pair {
  const name = `sbv${process.pid}-${(pairs += 1)}`;
  const pair: Pair = {
    here: `${name}a`,
    there: `${name}b`,
    ip: (...args) => runTool('ip', ['-n', `${name}a`, ...args]),
    peerIp: (...args) => runTool('ip', ['-n', `${name}b`, ...args]),
    sysctl: (path, value) =>
      runTool('ip', [
        'netns',
        'exec',
        `${name}a`,
        'sysctl',
        '-n',
        ...(value === undefined ? [path] : [`${path}=${value}`]),
      ]).trim(),
  };
  for (const space of [pair.here, pair.there]) runTool('ip', ['netns', 'add', space]);
  after(() => {
    for (const space of [pair.here, pair.there]) runTool('ip', ['netns', 'del', space]);
  });

  pair.ip('link', 'add', LINK, 'type', 'veth', 'peer', 'name', LINK, 'netns', pair.there);
  for (const ip of [pair.ip, pair.peerIp]) {
    ip('link', 'set', 'lo', 'up');
    ip('link', 'set', LINK, 'up');
  }
  pair.ip('address', 'add', OWN4, 'dev', LINK);
  pair.ip('address', 'add', OWN6, 'dev', LINK, 'nodad');
  pair.peerIp('address', 'add', '10.77.0.2/24', 'dev', LINK);
  pair.peerIp('address', 'add', 'fd77::2/64', 'dev', LINK, 'nodad');
  return pair;
}

/** All addresses on the interface, as `ADDRESS/LENGTH`. */
export function addressesIn(pair: Pair, link = LINK): string[] {
  return [...pair.ip('-o', 'address', 'show', 'dev', link).matchAll(/inet6? (\S+)/g)].map(
    ([, address]) => address ?? '',
  );
}

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sbv-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An executable `sh` script that stands in for a program; returns its path. */
export function standIn(folder: string, name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}
