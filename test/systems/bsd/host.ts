import type { Clock, Random } from '../../../src/core/ports.ts';
import type { HostModel, Outcome, Wire } from '../model.ts';
import type { CarrierWatch } from './carrier.ts';
import type { Kernel, LinkOptions } from './kernel.ts';
import { Refusal } from './outcome.ts';

/** What every host of the three systems is made from. */
export interface BsdHostOptions<Variants> {
  readonly clock: Clock;
  readonly wire: Wire;
  readonly links: readonly LinkOptions[];
  /** Outcomes that the sources leave open, other than the likeliest. */
  readonly variants?: Partial<Variants>;
  /** For kernels that wait at random; without it they always wait for half of the longest time. */
  readonly random?: Random;
  /** Root; true when not said. */
  readonly privileged?: boolean;
}

/** A host of one of the three systems, and what tests may do to it besides running commands. */
export interface BsdHost extends HostModel {
  /** Looks at the cables now; it does so by itself ten times a second, and before every command. */
  checkCarrier(): Promise<void>;
  /** `em0 10.77.0.1/24 usable`, in the order of the kernel's lists. */
  addresses(): readonly string[];
}

export type Command = (args: readonly string[]) => Outcome | Promise<Outcome>;

export function bsdHost(
  kernel: Kernel,
  carrier: CarrierWatch,
  commands: Readonly<Record<string, Command>>,
): BsdHost {
  kernel.publish();
  const known: Readonly<Record<string, Command>> = { ...commands, route: noRoute };
  return {
    commands: Object.keys(known),
    async run(argv) {
      await carrier.check();
      const outcome = await outcomeOf(known[argv[0] ?? ''] ?? unknownCommand(argv[0]), argv.slice(1));
      await kernel.settled();
      return outcome;
    },
    checkCarrier: () => carrier.check(),
    addresses: () =>
      kernel
        .interfaces()
        .flatMap(({ name, addresses }) =>
          addresses.map((one) => `${name} ${one.address}/${one.prefixLength} ${one.state}`),
        ),
    close: () => kernel.close(),
  };
}

async function outcomeOf(command: Command, args: readonly string[]): Promise<Outcome> {
  try {
    return await command(args);
  } catch (error) {
    if (error instanceof Refusal) return error.outcome;
    throw error;
  }
}

/** Nothing comes from the routing socket of a host that is not there. */
const noRoute: Command = () => ({ rc: 1, stdout: '', stderr: 'route: not supported\n' });

const unknownCommand =
  (name = ''): Command =>
  () => ({ rc: 127, stdout: '', stderr: `${name}: not found\n` });
