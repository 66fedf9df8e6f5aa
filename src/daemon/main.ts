import { uptime } from 'node:os';
import { startControlServer, type ControlServer } from '../control/server.ts';
import type { ControlAnswer } from '../control/messages.ts';
import { findSelf } from '../config/self.ts';
import { loadSettings } from '../config/load.ts';
import { OperatorError } from '../core/errors.ts';
import { reconfigure, startNode } from '../core/node/step.ts';
import type { Clock, Exec, Log, Random, Spawn } from '../core/ports.ts';
import type { NodeSettings, Settings } from '../core/settings.ts';
import { after, SECOND_MS, type GroupId } from '../core/units.ts';
import { loadIdentities } from '../keys/keyfile.ts';
import { openUdp } from '../net/udp.ts';
import type { SecretIdentity } from '../wire/identity.ts';
import { makeKeyring, type Keyring } from '../wire/keyring.ts';
import { openAdapters } from './adapters.ts';
import { newCounters } from './counters.ts';
import { openEpochs } from './epochs.ts';
import { openGroups } from './groups.ts';
import { newHistory } from './history.ts';
import { sleepWatch, startLoop, type Loop } from './loop.ts';
import { obey } from './orders.ts';
import { performer } from './perform.ts';
import { policyOf } from './policy.ts';
import { receiver } from './receive.ts';
import { newReception } from './reception.ts';
import { statusReport } from './status.ts';

export interface DaemonOptions {
  readonly configPath: string;
  readonly identityPath: string;
  readonly controlPath: string;
  readonly controlGroup: string;
  readonly stateDirectory: string;
  readonly version: string;
  readonly euid: number;
}

export interface DaemonPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly exec: Exec;
  readonly spawn: Spawn;
  readonly log: Log;
}

/** A running daemon. `ended` settles when it has stopped in good order. */
export interface Daemon {
  reload(): Promise<ControlAnswer>;
  /** Hands over or releases every group, says so, and ends. */
  stop(reason: string): void;
  readonly ended: Promise<void>;
}

interface Configured {
  readonly settings: Settings;
  readonly self: NodeSettings;
  readonly keyring: Keyring;
}

const RECEPTION_EVERY_MS = 250;
/** For handing over and taking down; a hung adapter must not keep a service manager waiting for ever. */
const STOP_MS_MAX = 8 * SECOND_MS;
/** The last words are said three times, 5 ms apart. */
const LAST_WORDS_MS = 20;

async function configure(options: DaemonOptions, identities: readonly SecretIdentity[]): Promise<Configured> {
  const { settings } = await loadSettings(options.configPath);
  const self = findSelf(settings, identities);
  const keyring = makeKeyring(identities, settings.nodes, self.name, settings.cluster);
  return { settings, self, keyring };
}

/** Joins ports and adapters: the only place that knows all of them. Throws OperatorError when it cannot start. */
export async function startDaemon(options: DaemonOptions, ports: DaemonPorts): Promise<Daemon> {
  const { clock, log, random } = ports;
  const identities = await loadIdentities(options.identityPath, options.euid);
  let running = await configure(options, identities);
  let configProblem = '';
  const counters = newCounters();
  const history = newHistory(clock);
  const epochs = await openEpochs(options.stateDirectory, log);
  const problems = new Map<string, string>();
  const adapters = openAdapters({
    ...ports,
    onProblem: (problem) => {
      problems.set(problem.code, problem.message);
      log.warn({ code: problem.code, hint: problem.hint }, problem.message);
      history.add({ kind: 'alarm', subject: '', text: problem.message, cause: problem.hint });
    },
  });

  let loop: Loop | undefined;
  const tell: Loop['tell'] = (happening) => loop?.tell(happening);
  const groups = openGroups({
    self: running.self.name,
    adapters,
    log,
    tell: (happening) => void tell(happening),
  });
  groups.configure(running.settings);

  const found = new Map<GroupId, { has: boolean; epochSeen: number }>();
  for (const { id, name } of running.settings.groups) {
    found.set(id, { has: await groups.isFound(id), epochSeen: epochs.get(name) });
  }
  const seed = new DataView(random.bytes(8).buffer).getBigUint64(0);
  const node = startNode(policyOf(running.settings, running.self.name), {
    now: clock.nowMs(),
    wall: clock.wallMs(),
    seed,
    found,
  });

  const net = await openUdp({
    own: running.self.paths,
    clock,
    log,
    onFrame: receiver({ node, keyring: () => running.keyring, counters, loop: () => loop! }),
    onTrouble: (to, code) => {
      counters.add(`send failed: ${code}`);
      const peer = running.settings.nodes.find(({ paths }) => paths.includes(to));
      const link = node.links.find(({ name }) => name === peer?.name);
      if (link !== undefined) tell({ kind: 'trouble', peer: link.number });
    },
  });

  const perform = performer({
    node,
    clock,
    random,
    log,
    counters,
    history,
    epochs,
    net,
    loop: () => loop!,
    keyring: () => running.keyring,
    nodeSettings: (number) => running.settings.nodes[number - 1],
    queueOf: groups.queueOf,
    announce: groups.announce,
    groupName: (group) => running.settings.groups.find(({ id }) => id === group)!.name,
  });
  // What runs before every tick costs a beat its punctuality: one counter file an interface, four times a second.
  const reception = newReception(groups.links);
  const slept = sleepWatch(
    clock,
    () => uptime() * SECOND_MS,
    (ms) => tell({ kind: 'slept', ms }),
  );
  loop = startLoop(node, { clock, perform, onOverflow: () => counters.add('events dropped') });
  let cancelReception = (): void => undefined;
  const watchReception = (): void => {
    if (reception.hasReceived()) tell({ kind: 'received' });
    slept(clock.nowMs(), clock.wallMs());
    cancelReception = clock.wakeAt(after(clock.nowMs(), RECEPTION_EVERY_MS), watchReception);
  };
  watchReception();

  const reload = async (): Promise<ControlAnswer> => {
    try {
      const next = await configure(options, await loadIdentities(options.identityPath, options.euid));
      const refused = whyNotNow(running, next);
      if (refused !== undefined) throw refused;
      const keysOf = ({ settings }: Configured, name: string): string =>
        settings.nodes
          .find((one) => one.name === name)
          ?.keys.map(({ id }) => id)
          .join() ?? '';
      const keyChanged = (name: string): boolean =>
        keysOf(running, name) !== keysOf(next, name) ||
        keysOf(running, next.self.name) !== keysOf(next, next.self.name);
      reconfigure(node, policyOf(next.settings, next.self.name), keyChanged, clock.nowMs());
      const changed = next.settings.digest !== running.settings.digest;
      running = next;
      configProblem = '';
      groups.configure(next.settings);
      tell({ kind: 'tick' });
      const text = changed ? 'the new config is in force' : 'the config means the same as before';
      log.info({ digest: next.settings.digest }, `reload: ${text}`);
      history.add({ kind: 'config', subject: '', text, cause: 'reload' });
      return { ok: true, text };
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      configProblem = error.message;
      log.error(
        { code: error.code, hint: error.hint },
        `reload refused, the old config stays in force: ${error.message}`,
      );
      history.add({ kind: 'config', subject: '', text: 'reload refused', cause: error.message });
      return { ok: false, code: error.code, message: error.message, hint: error.hint };
    }
  };

  let control: ControlServer | undefined;
  try {
    control = await startControlServer(
      { path: options.controlPath, group: options.controlGroup },
      {
        log,
        port: {
          status: () =>
            statusReport({
              node,
              clock,
              version: options.version,
              configPath: options.configPath,
              configProblem,
              settings: running.settings,
              counters: counters.all(),
              vipsOf: ({ id }) => groups.vipsOf(id),
            }),
          events: history.after,
          onEvent: history.onEvent,
          command: async (command) =>
            command.kind === 'reload'
              ? reload()
              : obey(command, {
                  node,
                  settings: running.settings,
                  now: clock.nowMs(),
                  tell: (event) => void tell(event),
                }),
        },
      },
    );
  } catch (error) {
    loop.stop();
    net.close();
    groups.stop();
    await adapters.close();
    throw error;
  }
  log.info(
    { node: running.self.name, cluster: running.settings.cluster, digest: running.settings.digest },
    `sealbeat ${options.version} runs as ${running.self.name} of cluster ${running.settings.cluster}`,
  );
  history.add({ kind: 'daemon', subject: '', text: 'started', cause: `version ${options.version}` });

  let settleEnded: () => void;
  const ended = new Promise<void>((resolve) => {
    settleEnded = resolve;
  });
  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping: handing over or releasing');
    history.add({ kind: 'daemon', subject: '', text: 'stopping', cause: reason });
    const giveUpAt = after(clock.nowMs(), STOP_MS_MAX);
    tell({ kind: 'ordered', group: undefined, order: { kind: 'stop' } });
    const check = (): void => {
      const held = [...node.groups.values()].some(
        ({ has, role }) => has || role === 'claiming' || role === 'releasing',
      );
      if (held && clock.nowMs() < giveUpAt) {
        clock.wakeAt(after(clock.nowMs(), 2), check);
        return;
      }
      if (held) log.error({}, 'a VIP could not be taken down in time; the guard or its lease will');
      clock.wakeAt(after(clock.nowMs(), LAST_WORDS_MS), () => void end());
    };
    const end = async (): Promise<void> => {
      loop?.stop();
      cancelReception();
      net.close();
      groups.stop();
      await control?.close();
      await epochs.settled();
      await adapters.close();
      log.info({}, 'stopped');
      settleEnded();
    };
    check();
  };
  return { reload, stop, ended };
}

/** What a running daemon cannot take over from a new config. */
function whyNotNow(old: Configured, next: Configured): OperatorError | undefined {
  const urls = ({ self }: Configured): string => self.paths.map(({ url }) => url).join(' ');
  if (old.self.name !== next.self.name || old.settings.cluster !== next.settings.cluster) {
    return new OperatorError('REFUSED', 'the cluster or the name of this node has changed', {
      hint: 'restart the daemon',
    });
  }
  if (urls(old) !== urls(next)) {
    return new OperatorError(
      'REFUSED',
      `the paths of this node have changed from ${urls(old)} to ${urls(next)}`,
      {
        hint: 'restart the daemon; the other nodes take them with a reload',
      },
    );
  }
  return undefined;
}
