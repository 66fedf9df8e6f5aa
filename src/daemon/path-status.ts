import type { Link, PathState } from '../core/peer/link.ts';
import { lossPercent } from '../core/peer/sent.ts';
import type { PathReport, PeerReport } from '../core/report.ts';
import type { Settings } from '../core/settings.ts';
import type { MonoMs, NodeName } from '../core/units.ts';
import { waysTo } from '../core/ways.ts';

/** Every way to a peer: the paths that it lists, and those of our own on which it dials us. */
export function pathReports(
  link: Link,
  { settings, self }: { readonly settings: Settings; readonly self: NodeName },
  now: MonoMs,
  timeoutMs: number,
): readonly PathReport[] {
  const pathsOf = (node: NodeName) => settings.nodes.find(({ name }) => name === node)?.paths ?? [];
  return waysTo(pathsOf(self), pathsOf(link.name)).map((way, place) => {
    const path = link.paths[place];
    return {
      url: way.kind === 'tcp-in' ? `${way.on.url} (dialled by ${link.name})` : way.to.url,
      up: link.alive && path !== undefined && isUp(path, now, timeoutMs),
      rttMs: path?.rttMs,
      lossPercent: lossPercent(link.tx.ring, link.tx.newestAcked, place),
      sent: path?.sent ?? 0,
      received: path?.received ?? 0,
    };
  });
}

/** Over a path of which the peer has no counterpart nothing ever comes, but what goes out there is acknowledged. */
function isUp(
  { transport, ready, heardAt, rttMs, unackedSince }: PathState,
  now: MonoMs,
  timeoutMs: number,
): boolean {
  if (!ready) return false;
  if (heardAt !== undefined || transport === 'tcp') return heardAt !== undefined && now - heardAt < timeoutMs;
  return rttMs !== undefined && (unackedSince === undefined || now - unackedSince < timeoutMs);
}

/** Paths without which the peer is still heard: nobody notices until the last one fails too. */
export function pathsDown(
  { heardSince }: Link,
  { name, paths, timeoutMs }: PeerReport,
  now: MonoMs,
): readonly string[] {
  const left = paths.filter(({ up }) => up).length;
  // One that has just been found, or found again, may not have spoken on all of them yet.
  if (left === 0 || now - heardSince < timeoutMs) return [];
  return paths
    .filter(({ up }) => !up)
    .map(({ url }) => `${name}: path ${url} is down, ${left} of ${paths.length} paths left`);
}
