import type { Clock, Exec, Prober } from '../core/ports.ts';
import type { ProbeSettings } from '../core/settings.ts';
import { newAddresses, type Lookup } from './addresses.ts';
import { askCommand } from './command.ts';
import { askHttp, type Request } from './http.ts';
import { askPing } from './ping.ts';
import { filledIn } from './placeholders.ts';
import { asked, type Question } from './question.ts';
import type { Authorities } from './secure-request.ts';
import { askTcp } from './tcp.ts';

export interface ProberPorts {
  readonly exec: Exec;
  readonly clock: Clock;
  /** The system's resolver and the system's certificates, unless a test brings its own. */
  readonly lookup?: Lookup;
  readonly authorities?: Authorities;
}

type Askers = {
  readonly [K in ProbeSettings['kind']]: (probe: ProbeOf<K>, question: Question) => Promise<void>;
};
type ProbeOf<K, P = ProbeSettings> = P extends { readonly kind: infer Kinds }
  ? K extends Kinds
    ? P
    : never
  : never;

/** `platform` decides how `ping` is called. */
export function newProber(ports: ProberPorts, platform: NodeJS.Platform): Prober {
  const { exec, clock, lookup, authorities } = ports;
  const addresses = newAddresses(lookup);
  let secure: Promise<Request> | undefined;
  const secureRequest = (): Promise<Request> =>
    (secure ??= import('./secure-request.ts').then(({ newSecureRequest }) => newSecureRequest(authorities)));

  const tcp = (probe: ProbeOf<'tcp'>, question: Question) => askTcp(probe, addresses, question);
  const http = (probe: ProbeOf<'http'>, question: Question) =>
    askHttp(probe, { addresses, secureRequest }, question);
  /** A new kind of probe does not compile until it has a line. */
  const askers: Askers = {
    tcp,
    ssh: tcp,
    ping: (probe, question) => askPing(probe, { exec, platform }, question),
    http,
    https: http,
    command: (probe, question) => askCommand(probe, exec, question),
  };
  const askerOf = <P extends ProbeSettings>({ kind }: P) =>
    askers[kind] as (probe: P, question: Question) => Promise<void>;

  return {
    async ask(probe, { timeoutMs }, about) {
      const filled = filledIn(probe, about);
      if (typeof filled === 'string') return { answered: false, text: `${filled} stands for no node here` };
      return asked(clock, timeoutMs, (question) => askerOf(filled)(filled, question));
    },
  };
}
