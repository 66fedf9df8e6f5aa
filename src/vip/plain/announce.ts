import { OperatorError } from '../../core/errors.ts';
import type { Clock, Exec, Spawn, Vip } from '../../core/ports.ts';
import type { AnnounceMethod } from '../../core/settings.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import { vipKey } from '../address.ts';
import { announceQueue } from '../announce/announce-queue.ts';
import { type Arping, arpingArgs, findArping, wasSent } from '../announce/arping.ts';

/** An announcement that waited longer, perhaps because this process was asleep, may no longer be true. */
const STALE_AFTER_MS = SECOND_MS;

export interface Announcing {
  announce(vips: readonly Vip[]): void;
  /** They are about to leave this host: nothing that still waits is sent. */
  forget(vips: readonly Vip[]): void;
  plan(vips: readonly Vip[]): readonly string[];
  notes(vips: readonly Vip[]): readonly string[];
  close(): void;
}

/**
 * The kernel tells the neighbours by itself when an address is added. Adding it again to have that repeated would take it
 * away for a moment, or would probe for it anew, so a round does nothing, unless arping is there for IPv4. IPv6 has only
 * the kernel's word.
 */
export function newAnnouncing({
  exec,
  spawn,
  clock,
  method,
  onProblem,
}: {
  exec: Exec;
  spawn: Spawn;
  clock: Clock;
  method: AnnounceMethod;
  onProblem: (problem: OperatorError) => void;
}): Announcing {
  const queue = announceQueue(spawn, clock);
  const held = new Set<string>();
  const mayUseArping = method === 'auto' || method === 'arping';
  let arping: Promise<Arping | undefined> | undefined;

  const send = (vip: Vip, { breed, command }: Arping): void => {
    const staleAt = after(clock.nowMs(), STALE_AFTER_MS);
    const isHeld = () => held.has(vipKey(vip));
    for (const form of ['request', 'reply'] as const) {
      const [file, ...args] = [...command, ...arpingArgs(breed, vip, form)] as const;
      queue.add({
        ...{ file, args },
        wanted: () => isHeld() && clock.nowMs() <= staleAt,
        onEnd({ exitCode, stderr }) {
          if (isHeld() && !wasSent(breed, exitCode, stderr)) onProblem(failed(vip, file, exitCode, stderr));
        },
      });
    }
  };
  const round = async (vips: readonly Vip[]): Promise<void> => {
    const found = await (arping ??= findArping(exec));
    if (found !== undefined) for (const vip of vips) send(vip, found);
    else if (method === 'arping') onProblem(missing());
  };

  return {
    announce(vips) {
      const fourth = vips.filter(({ family }) => family === 4);
      if (!mayUseArping || fourth.length === 0) return;
      fourth.forEach((vip) => held.add(vipKey(vip)));
      void round(fourth);
    },
    forget(vips) {
      vips.forEach((vip) => held.delete(vipKey(vip)));
    },
    plan(vips) {
      if (method !== 'arping') return [];
      return vips
        .filter(({ family }) => family === 4)
        .flatMap((vip) =>
          (['request', 'reply'] as const).map((form) =>
            ['arping', ...arpingArgs('habets', vip, form)].join(' '),
          ),
        );
    },
    notes: () =>
      method === 'same-mac'
        ? ['announce: same-mac is for Linux; here the kernel announces an address when it is added']
        : [],
    close: () => queue.clear(),
  };
}

function failed({ address, link }: Vip, file: string, exitCode: number, stderr: string): OperatorError {
  const said = stderr.trim().split('\n')[0] ?? '';
  return new OperatorError(
    'VIP_FAILED',
    `announcing ${address} on ${link}: ${said === '' ? `${file} ended with ${exitCode}` : said}`,
    { hint: 'run the command by hand; `sealbeat check --plan` prints it with announce: { method: arping }' },
  );
}

function missing(): OperatorError {
  return new OperatorError('TOOL_MISSING', 'announcing: arping is not installed', {
    hint: 'install the package arping, or use announce: { method: auto }: the kernel has announced it once',
  });
}
