import { OperatorError } from '../core/errors.ts';
import type { Clock, Log } from '../core/ports.ts';
import type { ListenSettings, Settings, WebSettings } from '../core/settings.ts';
import { after, SECOND_MS, type NodeName } from '../core/units.ts';
import type { Listener } from '../web/listener.ts';
import type { PagePort } from '../web/page/routes.ts';
import type { WebPort } from '../web/routes.ts';

/** The listener that the config asks for. Nothing depends on it: where it can't be, it is an alarm and tried again. */
export interface WebPlace {
  configure(settings: Settings): void;
  alarms(): readonly string[];
  close(): Promise<void>;
}

const RETRY_MS = 5 * SECOND_MS;

/** What the listener shows, and what the page on it looks at. */
export interface WebPorts extends WebPort {
  readonly page: Omit<PagePort, 'clock' | 'onFault'>;
}

interface Wanted {
  readonly place: ListenSettings;
  readonly web: WebSettings;
  readonly names: readonly NodeName[];
}

type OpenWeb = (wanted: Wanted) => Promise<Listener>;

export function newWebPlace({
  self,
  clock,
  log,
  port,
  open = (wanted) => openWeb(wanted, port, { clock, log }),
}: {
  self: NodeName;
  clock: Clock;
  log: Log;
  port: WebPorts;
  open?: OpenWeb;
}): WebPlace {
  let wanted: Wanted | undefined;
  let listener: Listener | undefined;
  let problem = '';
  let cancel = (): void => undefined;
  let turn = Promise.resolve();

  const tryOpen = async (mine: Wanted): Promise<void> => {
    if (mine !== wanted) return;
    try {
      const opened = await open(mine);
      if (mine !== wanted) return await opened.close();
      listener = opened;
      const { address, port } = opened.address;
      log.info({ address, port }, `web: listens on ${address} port ${port}`);
      problem = '';
    } catch (error) {
      if (mine !== wanted) return;
      const text = error instanceof OperatorError ? `${error.message}; ${error.hint}` : String(error);
      if (text !== problem) log.warn({ err: error }, text);
      problem = text;
      cancel = clock.wakeAt(after(clock.nowMs(), RETRY_MS), () => void tryOpen(mine));
    }
  };
  const change = (next: Wanted | undefined): Promise<void> => {
    cancel();
    wanted = next;
    problem = '';
    turn = turn.then(async () => {
      const old = listener;
      listener = undefined;
      await old?.close();
      if (next !== undefined) await tryOpen(next);
    });
    return turn;
  };
  return {
    configure(settings) {
      const next = wantedOf(settings, self);
      if (!isSame(next, wanted)) void change(next);
    },
    alarms: () => (problem === '' ? [] : [`${problem} (tried again every ${RETRY_MS / SECOND_MS} s)`]),
    close: () => change(undefined),
  };
}

function wantedOf({ web, nodes }: Settings, self: NodeName): Wanted | undefined {
  const place = web?.listen.get(self);
  return web && place && { place, web, names: nodes.map(({ name }) => name) };
}

const isSame = (one: Wanted | undefined, other: Wanted | undefined): boolean =>
  JSON.stringify([one?.place, one?.web, one?.names]) ===
  JSON.stringify([other?.place, other?.web, other?.names]);

/** Loaded only where a config asks for it. */
async function openWeb(
  { place, web, names }: Wanted,
  port: WebPorts,
  { clock, log }: { clock: Clock; log: Log },
): Promise<Listener> {
  const [{ listen }, { hostCheck }, { webRoutes }, { hostname }] = await Promise.all([
    import('../web/listener.ts'),
    import('../web/host-check.ts'),
    import('../web/routes.ts'),
    import('node:os'),
  ]);
  const onFault = (err: unknown): void => log.error({ err }, 'web: the status page failed');
  const pages = web.page
    ? (await import('../web/page/routes.ts')).pageRoutes({ ...port.page, clock, onFault })
    : undefined;
  // The first time it is compiled, which takes longer than a beat should wait: rather now than when beats matter.
  if (web.metrics) await port.metrics();
  return await listen(place, {
    routes: webRoutes(port, web, pages),
    isOurs: hostCheck([...names, hostname(), ...web.allowHosts]),
    onFault: (error, { url }) => log.error({ err: error, url }, 'web: a request failed'),
  });
}
