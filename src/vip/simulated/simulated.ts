import { appendFileSync, type FSWatcher, renameSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { type Log, type Vip, type VipAdapter, type VipChange } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { byLink } from '../address.ts';
import { guard, noGuard } from '../guard/guard.ts';
import { assertMayLeave } from '../leaving.ts';
import { type VipOptions } from '../options.ts';
import {
  assertFolder,
  isFolder,
  leaseFileName,
  leasePath,
  readLease,
  removeLease,
  type SimulatedLease,
  writeLease,
} from './lease.ts';

/** At this size the list of announcements becomes `announcements.log.old`. */
const ANNOUNCEMENTS_BYTES_MAX = 64 * 1024;

const REMOVE_EACH = 'while IFS= read -r path; do rm -f -- "$path"; done';

/**
 * The same contract as a real system, without privileges and without a network: an interface is a folder, named by its
 * absolute path, and a VIP a file in it with the end of its lease. A lease that has ended counts as absent, as if the
 * kernel had removed it. For rehearsals on one machine, and for tests.
 */
export function simulatedVip({
  spawn,
  clock,
  log,
  onProblem,
  guarded = true,
}: Omit<VipOptions, 'exec'>): VipAdapter {
  const watchman = guarded
    ? guard({ spawn, clock, onProblem, takeDown: ['sh', '-c', REMOVE_EACH] })
    : noGuard;
  const watchers = new Set<() => void>();

  const isHeld = (vip: Vip): boolean => {
    if (!isFolder(vip.link)) return false;
    const lease = readLease(vip);
    return lease !== undefined && (lease.expiresAtMs === null || lease.expiresAtMs > clock.wallMs());
  };

  const write = (vips: readonly Vip[], leaseSeconds: number) => {
    const expiresAtMs = leaseSeconds === 0 ? null : clock.wallMs() + leaseSeconds * SECOND_MS;
    for (const vip of vips) {
      assertFolder(vip.link);
      writeLease(vip, { pid: process.pid, expiresAtMs });
    }
  };

  const writeAgain = (vip: Vip, lease: SimulatedLease) => {
    try {
      writeLease(vip, lease);
    } catch (error) {
      // It still has the guard and the earlier lease, or a longer one that ends as well.
      log.warn(
        { link: vip.link, error: String(error) },
        'the lease of a simulated VIP could not be restored',
      );
    }
  };

  return {
    async up(vips, leaseSeconds) {
      for (const vip of vips) assertFolder(vip.link);
      await watchman.hold(vips.map(leasePath));
      write(vips, leaseSeconds);
    },
    async renew(vips, leaseSeconds) {
      write(vips, leaseSeconds);
    },
    async down(vips) {
      for (const vip of vips) if (isFolder(vip.link)) removeLease(vip);
      await watchman.drop(vips.map(leasePath));
    },
    async look(vips) {
      watchman.prepare();
      return vips.filter(isHeld);
    },

    async leave(vips, leaseSeconds) {
      const before = vips.map((vip) => ({ vip, lease: isHeld(vip) ? readLease(vip) : undefined }));
      for (const { vip, lease } of before)
        assertMayLeave(vip, { leaseSeconds, mayVanish: true, isThere: lease !== undefined });
      try {
        write(vips, leaseSeconds);
      } catch (problem) {
        for (const { vip, lease } of before) if (lease !== undefined) writeAgain(vip, lease);
        throw problem;
      }
      await watchman.drop(vips.map(leasePath));
    },

    announce(vips) {
      for (const [link, onIt] of byLink(vips)) {
        const path = join(link, 'announcements.log');
        const line = JSON.stringify({
          at: new Date(clock.wallMs()).toISOString(),
          vips: onIt.map(leaseFileName),
        });
        try {
          if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > ANNOUNCEMENTS_BYTES_MAX)
            renameSync(path, `${path}.old`);
          appendFileSync(path, `${line}\n`);
        } catch (error) {
          log.warn({ link, error: String(error) }, 'the announcement could not be noted');
        }
      }
    },

    watch(vips, onChange) {
      const stops = [...byLink(vips)].map(([link, onIt]) => watchFolder(link, onIt, isHeld, onChange, log));
      const stop = () => {
        watchers.delete(stop);
        stops.forEach((stopOne) => stopOne());
      };
      watchers.add(stop);
      return stop;
    },

    plan: (vips) => ({
      up: vips.map((vip) => `write ${leasePath(vip)}`),
      down: vips.map((vip) => `rm -f ${leasePath(vip)}`),
    }),

    notes: () => [],

    async close() {
      watchers.forEach((stop) => stop());
      await watchman.close();
    },
  };
}

function watchFolder(
  link: string,
  vips: readonly Vip[],
  isHeld: (vip: Vip) => boolean,
  onChange: (change: VipChange) => void,
  log: Log,
): () => void {
  const vipByFile = new Map(vips.map((vip) => [leaseFileName(vip), vip]));
  const onEvent = (_: string, fileName: string | null) => {
    const vip = vipByFile.get(fileName ?? '');
    if (vip === undefined) return;
    try {
      onChange({ kind: isHeld(vip) ? 'added' : 'removed', vip });
    } catch (error) {
      // Only a hint: the next look throws the same where somebody handles it.
      log.warn({ link, error: String(error) }, 'a simulated VIP changed and cannot be read');
    }
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(link, { persistent: false }, onEvent);
    watcher.on('error', (error) =>
      log.warn({ link, error: error.message }, 'the folder is no longer watched'),
    );
  } catch (error) {
    log.warn({ link, error: String(error) }, 'the folder cannot be watched');
  }
  return () => watcher?.close();
}
