import { OperatorError } from '../../core/errors.ts';
import { type Exec, type Ran } from '../../core/ports.ts';
import { type Command, COMMAND_MS } from '../plain/tools.ts';
import { type AddressObject, parseAddressObjects, SHOW_ADDR } from './address-objects.ts';
import { parseLinkStates, SHOW_LINK } from './link-states.ts';
import { type LogicalInterface, parseLogicalInterfaces } from './logical-interfaces.ts';
import { lookFailed } from './tool-failed.ts';

/** All addresses and interfaces of this host, seen with three programs at once. */
export interface HostLook {
  readonly interfaces: readonly LogicalInterface[];
  /** Or why ipadm did not say. */
  readonly objects: readonly AddressObject[] | OperatorError;
  /** `up`, `down` or `unknown` by link; a link that dladm does not know, or may not show, is missing. */
  readonly linkStates: ReadonlyMap<string, string>;
}

/**
 * Looks at the whole host. Whoever asks while a look is under way shares the one after it with all the others, because that
 * one began too early for them: however many VIPs and interfaces there are, two looks are always enough.
 */
export function hostLook(exec: Exec): () => Promise<HostLook> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<HostLook> | undefined;
  const start = (): Promise<HostLook> => {
    next = undefined;
    const look = lookNow(exec);
    running = look.catch(() => undefined);
    return look;
  };
  return () => (next ??= running.then(start));
}

async function lookNow(exec: Exec): Promise<HostLook> {
  const run = ([file, ...args]: Command): Promise<Ran> => exec.run(file, args, { timeoutMs: COMMAND_MS });
  const ifconfig: Command = ['ifconfig', '-a'];
  const [shown, named, linked] = await Promise.all([
    run(ifconfig),
    run(['ipadm', ...SHOW_ADDR]),
    run(['dladm', ...SHOW_LINK]),
  ]);
  if (shown.exitCode !== 0) throw lookFailed(ifconfig, shown);
  return {
    interfaces: parseLogicalInterfaces(shown.stdout),
    objects: objectsIn(named),
    linkStates: parseLinkStates(linked.exitCode === 0 ? linked.stdout : ''),
  };
}

function objectsIn(ran: Ran): HostLook['objects'] {
  const command: Command = ['ipadm', ...SHOW_ADDR];
  try {
    if (ran.exitCode === 0) return parseAddressObjects(ran.stdout);
    // Its word for an empty list.
    return /Address object not found/.test(ran.stderr) ? [] : lookFailed(command, ran);
  } catch (problem) {
    if (problem instanceof OperatorError) return problem;
    throw problem;
  }
}
