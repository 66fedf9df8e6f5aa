import type { Clock, Log } from '../core/ports.ts';
import type { PathSettings } from '../core/settings.ts';
import { after, SECOND_MS } from '../core/units.ts';
import { bindingsFor, type Binding } from './bindings.ts';
import { portProblem } from './port-problem.ts';

/** Sockets that listen on this node's paths of one transport, or will as soon as they can. */
export interface Listeners<S> {
  /** Those that listen now, with what they listen on. */
  readonly open: readonly { readonly binding: Binding; readonly socket: S }[];
  close(): void;
}

const BIND_AGAIN_MS = SECOND_MS;

/**
 * Listens on all of them. Throws OperatorError PORT_TAKEN, and then none is left open; an address that does not exist yet
 * is waited for, for ever.
 */
export async function openListeners<S extends { close(): unknown }>({
  transport,
  own,
  clock,
  log,
  bind,
  onOpen,
}: {
  readonly transport: PathSettings['transport'];
  readonly own: readonly PathSettings[];
  readonly clock: Clock;
  readonly log: Log;
  /** Rejects with what the system says. */
  readonly bind: (binding: Binding) => Promise<S>;
  readonly onOpen: (socket: S) => void;
}): Promise<Listeners<S>> {
  const open: { readonly binding: Binding; readonly socket: S }[] = [];
  const cancels = new Set<() => void>();
  let closed = false;

  const listen = async (binding: Binding, isStart: boolean): Promise<void> => {
    let socket: S;
    try {
      socket = await bind(binding);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (closed) return;
      if (binding.optional && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL')) return;
      // The address may come with its interface; and once running, whatever is in the way may go again.
      if (isStart && code !== 'EADDRNOTAVAIL')
        throw portProblem(transport, binding, error as NodeJS.ErrnoException);
      log.warn(
        { address: binding.host, port: binding.port, code },
        `${transport}: cannot listen yet; trying again`,
      );
      const cancel = clock.wakeAt(after(clock.nowMs(), BIND_AGAIN_MS), () => {
        cancels.delete(cancel);
        void listen(binding, false);
      });
      cancels.add(cancel);
      return;
    }
    if (closed) return void socket.close();
    onOpen(socket);
    open.push({ binding, socket });
  };
  const close = (): void => {
    if (closed) return;
    closed = true;
    for (const cancel of cancels) cancel();
    for (const { socket } of open) socket.close();
  };

  try {
    for (const binding of bindingsFor(own.filter((path) => path.transport === transport)))
      await listen(binding, true);
  } catch (error) {
    close();
    throw error;
  }
  return { open, close };
}
