import type { ControlAnswer, ControlPort } from '../control/messages.ts';
import { startControlServer } from '../control/server.ts';
import { startNode } from '../core/node/step.ts';
import type { NodeState } from '../core/node/state.ts';
import type { Clock, Errand, Exec, Log, Random, Spawn, Supervisor, Vip } from '../core/ports.ts';
import type { GroupSettings } from '../core/settings.ts';
import type { GroupId } from '../core/units.ts';
import { openLinks, type Links } from '../net/links.ts';
import { newNeighbours } from '../net/neighbour.ts';
import { newProber } from '../probe/prober.ts';
import { systemPlatform } from '../vip/system-platform.ts';
import { openAdapters } from './adapters.ts';
import { newAlerts, type Alerts } from './alerts.ts';
import { newArbiters } from './arbiters.ts';
import { newChecks } from './checks.ts';
import { newClosing, type Closing } from './closing.ts';
import { keepConfigInForce } from './config-in-force.ts';
import { newDrills, duringDrill } from './drill.ts';
import { drillPlan } from './drill-plan.ts';
import { readConfigured, type Configured } from './configured.ts';
import { newCounters } from './counters.ts';
import { errandOf } from './errand.ts';
import { openEpochs } from './epochs.ts';
import { openGroups } from './groups.ts';
import { HOOKS_CLOSE_MS_MAX, longestBeforeDownMs, newHooks } from './hooks.ts';
import { isHolding } from './holding.ts';
import { newHistory } from './history.ts';
import { watchHost } from './host-watch.ts';
import { newLeftovers } from './leftovers.ts';
import { legacyStore } from './legacy.ts';
import { startLoop, type Happening, type Loop } from './loop.ts';
import { explainReport } from './explain.ts';
import { newMoves } from './moves.ts';
import { obey } from './orders.ts';
import { performer } from './perform.ts';
import { peersOf, policyOf } from './policy.ts';
import { newProblems } from './problems.ts';
import { programTeller } from './programs.ts';
import { newQuestions } from './questions.ts';
import { receiver } from './receive.ts';
import { newReception } from './reception.ts';
import { reloader, type Running } from './reload.ts';
import { restart } from './restart.ts';
import { newShutdown, type Ending } from './shutdown.ts';
import { statusReport } from './status.ts';
import { newTallies } from './tallies.ts';
import { healthOf, readinessOf } from './fitness.ts';
import { newScraper } from './scraper.ts';
import { newWebPlace, type WebPlace } from './web-place.ts';
import { newSupervised } from './supervised.ts';

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
  /** Gives back memory now and then; returns what ends that. `quietMs`: for how long nothing is due. */
  readonly trimMemory?: (options: { timeoutMs: number; quietMs: () => number }) => () => void;
  /** Absent where nobody watches over the process. */
  readonly supervisor?: Supervisor;
}

/** A running daemon. `ended` settles when it has stopped in good order. */
export interface Daemon {
  reload(): Promise<ControlAnswer>;
  /** Hands over or releases every group, says so, and ends. */
  stop(reason: string): void;
  readonly ended: Promise<Ending>;
}

/**
 * Joins ports and adapters: the only place that knows all of them. Throws OperatorError when it cannot start, and the
 * reason of `cancelled` when that aborts before the start is complete; either way nothing is left open.
 */
export async function startDaemon(
  options: DaemonOptions,
  ports: DaemonPorts,
  cancelled: AbortSignal = new AbortController().signal,
): Promise<Daemon> {
  const closing = newClosing(ports.clock, ports.log);
  try {
    return await start(options, ports, closing, cancelled);
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function start(
  options: DaemonOptions,
  ports: DaemonPorts,
  closing: Closing,
  cancelled: AbortSignal,
): Promise<Daemon> {
  const { clock, log, random } = ports;
  const read = () => readConfigured(options, log);
  const running: Running = { configured: await read(), problem: '' };
  const { self, settings } = running.configured;
  const counters = newCounters();
  const history = newHistory(clock, (error) => log.error({ err: error }, 'a follower of events failed'));
  let alerts: Alerts | undefined;
  const problems = newProblems({ clock, log, history });
  // Closed last: nobody waits for mails but the process itself.
  closing.add('alerts', () => alerts?.close());
  const epochs = await openEpochs(options.stateDirectory, { clock, log });
  closing.add('epochs', epochs.settled);
  const legacy = legacyStore(options.stateDirectory, log);
  const arbiters = newArbiters({ node: self.name, clock });
  closing.add('arbiter', arbiters.close);
  (await arbiters.prepare(settings))();
  cancelled.throwIfAborted();

  let node: NodeState | undefined;
  let loop: Loop | undefined;
  let links: Links | undefined;
  const tell = (happening: Happening): string | undefined => loop?.tell(happening);
  let onHappening = (_: Happening): void => undefined;
  /** For what comes back from adapters and questions, which is counted. */
  const tellCounted = (happening: Happening): string | undefined => {
    onHappening(happening);
    return tell(happening);
  };
  const isHeld = (group: GroupId): boolean => isHolding(node?.groups.get(group));
  const leftovers = newLeftovers({
    clock,
    isHeld: (vip: Vip) => groups.holds(vip),
    onTrouble(text, cause) {
      log.warn({ cause }, `${text}: ${cause}`);
      history.add({ kind: 'vip', subject: '', text, cause });
    },
  });
  const errandFor = (group: GroupSettings): Errand =>
    errandOf(group, { node, self: self.name, now: clock.nowMs() });
  const onProgram = programTeller({ history, log });
  const adapters = openAdapters({
    ...ports,
    ...{ node: self.name, stateDirectory: options.stateDirectory, onProblem: problems.add, errandFor },
    onProgram,
  });
  closing.add('adapters', adapters.close);
  const hooks = newHooks({
    ...{ exec: ports.exec, clock, node: () => node, errandFor, onProgram },
    vipsOf: (group) => groups.vipsOf(group),
    queueOf: (group) => groups.queueOf(group),
    isHere: (group) => groups.isHere(group),
  });
  const groups = openGroups({
    ...{
      self: self.name,
      adapters,
      leftovers,
      clock,
      log,
      tell: tellCounted,
      isHeld,
      onProblem: problems.add,
    },
    beforeUp: hooks.beforeUp,
    onCarrier(group, text, cause) {
      if (history.add({ kind: 'vip', subject: group, text, cause }) !== undefined)
        log.warn({ group, cause }, `${group}: ${text}: ${cause}`);
    },
  });
  closing.add('groups', () => {
    groups.stop();
    leftovers.stop();
  });
  closing.add('hooks', hooks.close, HOOKS_CLOSE_MS_MAX);
  groups.check(settings);
  (await hooks.prepare(settings))();
  groups.configure(settings, new Set());

  const left = await legacy.take();
  const found = await Promise.all(
    settings.groups.map(async (group) => {
      const has = await groups.isFound(group);
      return [group.id, { has, epochSeen: epochs.get(group.name), legacy: left.get(group.id) }] as const;
    }),
  );
  cancelled.throwIfAborted();
  const begun = startNode(policyOf(settings, self.name), {
    now: clock.nowMs(),
    wall: clock.wallMs(),
    seed: new DataView(random.bytes(8).buffer).getBigUint64(0),
    found: new Map(found),
  });
  node = begun;
  const tallies = newTallies(begun, clock);
  onHappening = tallies.onHappening;

  const supervised = newSupervised({
    ...{ supervisor: ports.supervisor ?? { tell: () => undefined, watchdogMs: 0 }, clock, node },
    settings: () => running.configured.settings,
  });
  closing.add('supervisor', supervised.stop);
  const { stopping: onStopping } = supervised;
  const beforeDownMs = () => longestBeforeDownMs(running.configured.settings);
  const shutdown = newShutdown({
    node,
    leftovers,
    closing,
    history,
    legacy,
    clock,
    log,
    tell,
    onStopping,
    beforeDownMs,
  });
  const { isStopping } = shutdown;
  let web: WebPlace | undefined;
  const status = () =>
    statusReport({
      ...{ node: begun, clock, version: options.version, configPath: options.configPath },
      configProblem: running.problem,
      settings: running.configured.settings,
      counters: counters.all(),
      problems: [
        ...[...problems.alarms(), ...leftovers.alarms(), ...groups.alarms()],
        ...[...checks.alarms(), ...hooks.alarms(), ...alerting.alarms(), ...(web?.alarms() ?? [])],
      ],
      vipsOf: ({ id }) => groups.vipsOf(id),
      lookOf: groups.lookOf,
      notesOf: groups.notesOf,
      checksOf: checks.reportOf,
      hooksOf: hooks.reportsOf,
      alerts: alerting.reports(),
    });
  const alerting = newAlerts({ node, clock, random, log, history, version: options.version, status });
  alerts = alerting;
  (await alerting.prepare(settings))();
  cancelled.throwIfAborted();
  const setPeers = ({ settings, self: { name } }: Configured): void =>
    links?.setPeers(peersOf(settings, name), settings.heartbeat);
  const prober = newProber({ exec: ports.exec, clock }, systemPlatform);
  const checks = newChecks({
    ...{ node: self.name, platform: systemPlatform, clock, exec: ports.exec, prober },
    ...{ log, history, counters, tell },
  });
  closing.add('checks', checks.stop);
  const readAgain = reloader({
    ...{
      running,
      node,
      checks,
      groups,
      epochs,
      arbiters,
      hooks,
      problems,
      history,
      clock,
      log,
      tell,
      read,
      isStopping,
      alerts: alerting,
    },
    setPeers,
  });
  const keepConfig = () => keepConfigInForce(options.stateDirectory, options.configPath, log);
  const reload = () =>
    supervised.reloading(async () => {
      const answer = await readAgain();
      if (answer.ok) {
        void keepConfig();
        web?.configure(running.configured.settings);
      }
      return answer;
    });
  let settleStarted = (): void => undefined;
  const started = new Promise<void>((resolve) => {
    settleStarted = resolve;
  });
  const moves = newMoves({ node, clock });
  const drills = newDrills({ node, clock, history, tell, moves });
  const planDrill = (name: string, isPlanned: boolean) => {
    const { settings } = running.configured;
    const group = settings.groups.find((one) => one.name === name)!;
    const configProblem = running.problem;
    const now = () => clock.nowMs();
    const sources = { node: begun, settings, now, isStopping, configProblem, prober, planned: isPlanned };
    return drillPlan(group, sources);
  };
  let isStarted = false;
  const fitness = {
    metrics: newScraper({ status, tallies, clock, quietMs: () => begun.wakeAt - clock.nowMs() }),
    health: () =>
      healthOf(clock.nowMs() - tallies.beatAt(), running.configured.settings.heartbeat.intervalMs),
    readiness: () => readinessOf(begun, { isStarted, isStopping: isStopping() }),
  };
  const page = { status, events: history.after, onEvent: history.onEvent };
  const webPlace = newWebPlace({ self: self.name, clock, log, port: { ...fitness, page } });
  web = webPlace;
  const control: ControlPort = {
    ...fitness,
    status,
    async drill(group, isPlanned) {
      const last = drills.report();
      const underWay = { message: 'a drill is under way', hint: 'wait for its end' };
      if (drills.isUnderWay()) return { plan: undefined, refusal: underWay, last };
      const planned = await planDrill(group, isPlanned);
      const found = 'plan' in planned ? planned : { plan: undefined, ...planned };
      return { refusal: undefined, ...found, last };
    },
    explain: (group) =>
      explainReport(group, {
        ...{ node: begun, clock, settings: running.configured.settings, checksOf: checks.reportOf },
      }),
    events: history.after,
    onEvent: history.onEvent,
    async command(command) {
      await started;
      if (drills.isUnderWay()) return duringDrill(drills.report()!.plan.group);
      if (command.kind === 'drill') {
        const planned = await planDrill(command.group, command.planned);
        if ('plan' in planned) return drills.begin(planned.plan, command);
        return { ok: false, code: 'REFUSED', ...planned.refusal };
      }
      if (command.kind === 'reload') return await reload();
      if (command.kind === 'restart') return await restart(command, running.configured.settings, shutdown);
      const { settings } = running.configured;
      const now = clock.nowMs();
      return await obey(command, { node: begun, settings, now, isStopping: isStopping(), tell, moves });
    },
  };
  // Before the first word to the peers: a second daemon by mistake is turned away here, and nobody has heard of it.
  const place = { path: options.controlPath, group: options.controlGroup };
  const server = await startControlServer(place, { log, port: control });
  closing.add('control socket', () => server.close());
  closing.add('moves', moves.stop);
  closing.add('drills', drills.stop);
  cancelled.throwIfAborted();

  const net = await openLinks({
    own: self.paths,
    ...{ clock, random, log, count: counters.add },
    neighbours: newNeighbours({ exec: ports.exec, clock, log, platform: systemPlatform }),
    onFrame: receiver({ node, counters, tell, keyring: () => running.configured.keyring }),
    onReady: (peer, path, ready) => void tell({ kind: 'way', peer, path, ready }),
    onTrouble: (peer) => void tell({ kind: 'trouble', peer }),
  });
  links = net;
  closing.add('net', net.close);
  cancelled.throwIfAborted();

  const questions = newQuestions({
    prober,
    arbiter: arbiters.current,
    groupSettings: (group) => running.configured.settings.groups.find(({ id }) => id === group),
    nodeSettings: (number) => running.configured.settings.nodes[number - 1],
    tell: tellCounted,
  });
  const perform = performer({
    ...{ node, clock, random, log, counters, history, epochs, net, hooks, tell },
    keyring: () => running.configured.keyring,
    queueOf: groups.queueOf,
    announce: groups.announce,
    onCameAlive: drills.onCameAlive,
    ...{ questions, onLeft: shutdown.onLeft, onNotLeft: shutdown.onNotLeft },
    groupName: (group) => running.configured.settings.groups.find(({ id }) => id === group)!.name,
  });
  loop = startLoop(node, {
    clock,
    perform(effect) {
      moves.onEffect(effect);
      alerting.onEffect(effect);
      tallies.onEffect(effect);
      perform(effect);
    },
    onOverflow: () => counters.add('events dropped'),
    onStep(now) {
      moves.onStep(now);
      drills.onStep(now);
      hooks.onStep();
      alerting.onStep();
      supervised.stepped(now);
      tallies.onStep();
    },
  });
  closing.add('loop', loop.stop);
  checks.configure(settings);
  setPeers(running.configured);
  closing.add(
    'host watch',
    watchHost({ clock, reception: newReception(groups.links), receivedAt: () => begun.receivedAt, tell }),
  );

  const { cluster, digest } = settings;
  log.info(
    { node: self.name, cluster, digest },
    `sealbeat ${options.version} runs as ${self.name} of cluster ${cluster}`,
  );
  history.add({ kind: 'daemon', subject: '', text: 'started', cause: `version ${options.version}` });
  settleStarted();
  isStarted = true;
  webPlace.configure(settings);
  closing.add('web', webPlace.close);
  const { timeoutMs } = settings.heartbeat;
  const endTrimming = ports.trimMemory?.({ timeoutMs, quietMs: () => begun.wakeAt - clock.nowMs() });
  if (endTrimming !== undefined) closing.add('memory', endTrimming);
  const kept = keepConfig();
  closing.add('config in force', () => kept);
  history.onEvent(supervised.changed);
  supervised.ready();
  // A signal asks for a reload, too, and must not end a drill that an operator watches.
  const reloadNow = async () =>
    drills.isUnderWay() ? duringDrill(drills.report()!.plan.group) : await reload();
  return { reload: reloadNow, stop: shutdown.stop, ended: shutdown.ended };
}
