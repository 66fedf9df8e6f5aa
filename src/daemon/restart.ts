import type { ControlAnswer, ControlCommand } from '../control/messages.ts';
import type { Settings } from '../core/settings.ts';
import { SECOND_MS } from '../core/units.ts';
import type { Shutdown } from './shutdown.ts';

/** An announced restart; answered when the VIPs are left and the peers know it, just before this process ends. */
export async function restart(
  { withinMs, exit }: Extract<ControlCommand, { kind: 'restart' }>,
  { restartMs, leaseSeconds }: Settings,
  shutdown: Shutdown,
): Promise<ControlAnswer> {
  const wantedMs = withinMs === 0 ? restartMs : withinMs;
  if (restartMs === 0) {
    return refusal(
      'the config does not let a restart keep the VIPs',
      'set "restart" (and a lease) in the config of all nodes and reload them; or stop this daemon, which hands over',
    );
  }
  const isOdd = wantedMs % SECOND_MS !== 0 || wantedMs < leaseSeconds * SECOND_MS || wantedMs > restartMs;
  if (isOdd) {
    return refusal(
      `the others do not wait for ${wantedMs / SECOND_MS} s`,
      `whole seconds, from the lease (${leaseSeconds} s) to "restart" of the config (${restartMs / SECOND_MS} s)`,
    );
  }
  if (shutdown.isStopping())
    return refusal('this node is stopping already', 'wait for it to end, then start it');
  const why = await shutdown.leave(wantedMs, !exit);
  const seconds = wantedMs / SECOND_MS;
  const next = exit ? 'start it again within that time' : 'the new process takes them over';
  if (why === '') {
    return {
      ok: true,
      text: `the VIPs stay for ${seconds} s; ${next}`,
      facts: { left: true, withinMs: wantedMs },
    };
  }
  return {
    ok: true,
    text: `restarting, but the VIPs are handed over or released: ${why}`,
    facts: { left: false, why },
  };
}

const refusal = (message: string, hint: string): ControlAnswer => ({
  ok: false,
  code: 'REFUSED',
  message,
  hint,
});
