import { OperatorError } from '../../core/errors.ts';
import { type Clock, type Exec, type Log, type Spawn, type Vip } from '../../core/ports.ts';
import { type AnnounceMethod } from '../../core/settings.ts';
import { type MonoMs, after, SECOND_MS } from '../../core/units.ts';
import { byLink, vipKey } from '../address.ts';
import { announceQueue } from '../announce/announce-queue.ts';
import { type Arping, findArping } from '../announce/arping.ts';
import { notAnnounced, notSent, toolMissing } from './not-announced.ts';
import { type AddressCounts, sameMacLine } from './same-mac.ts';
import { type Telling, type Tools, hasTool, tellings, toolName } from './tellings.ts';
import { NDPTOOL, hasNdptool } from './unsolicited-na.ts';

/**
 * With more VIPs of one family on one interface, one command that announces all of them comes first: a process for each
 * costs the last one 2 ms for every one before it, and iputils' arping stays for a second.
 */
const HANDFUL = 4;
/** So many processes are good enough where that command is refused. */
const PROCESSES_PER_LINK_MAX = 32;
/** An announcement that waited longer, perhaps because this process was asleep, may no longer be true. */
const STALE_AFTER_MS = SECOND_MS;
/** Less than between two rounds. */
const TOLD_AGAIN_AFTER_MS = 50;
const USUAL_ARPING: Arping = { breed: 'iputils', command: ['arping'] };

export interface Announcer {
  /** One round; starts it and returns. */
  announce(vips: readonly Vip[]): void;
  /**
   * They were added this moment. What one command announces is announced now: the kernel speaks only of addresses that are
   * there. What fails is left to the round that follows.
   */
  added(vips: readonly Vip[]): void;
  /** They are about to leave this host: nothing that still waits is sent. */
  forget(vips: readonly Vip[]): void;
  /** Finds out now how they would be announced, so that the first round need not wait for it. */
  prepare(vips: readonly Vip[]): void;
  /** What a round would run, for people to read. */
  plan(vips: readonly Vip[]): readonly string[];
  close(): void;
}

export interface AnnouncerOptions {
  readonly spawn: Spawn;
  readonly exec: Exec;
  readonly clock: Clock;
  readonly log: Log;
  readonly method: AnnounceMethod;
  /** Announces every address of the interface, and says whether that many packets have left it; see same-mac.ts. */
  readonly bySameMac: (link: string, counts: AddressCounts) => Promise<boolean>;
  /** Called once for each interface that will need it. */
  readonly prepareSameMac: (link: string) => void;
  /** In each round anew: who listens knows what was said already. */
  readonly onProblem: (problem: OperatorError) => void;
}

/**
 * Tells the neighbours where VIPs are: gratuitous ARP for IPv4, unsolicited neighbour advertisements for IPv6.
 * For a handful `auto` prefers the tools that send exactly one packet (arping, ndptool) over the same-MAC way, which
 * announces the host's own addresses as well and empties its neighbour cache; for more it is the other way round. Each
 * family goes its own way.
 */
export function announcer(options: AnnouncerOptions): Announcer {
  const { spawn, exec, clock, log, method, bySameMac, prepareSameMac, onProblem } = options;
  const queue = announceQueue(spawn, clock);
  const waysSaid = new Set<string>();
  const held = new Set<string>();
  /** Interfaces on which the same-MAC way was found to send nothing, since VIPs came there. */
  const unproven = new Set<string>();
  const prepared = new Set<string>();
  /** When the same-MAC way was last gone, with how many, and what came of it. */
  const lastTold = new Map<string, Told>();
  let firstLeftOut = '';
  let tools: Promise<Tools> | undefined;
  let found: Tools | undefined;

  const findTools = (): Promise<Tools> =>
    (tools ??= Promise.all([findArping(exec), hasNdptool(exec)]).then(
      ([arping, ndptool]) => (found = { arping, ndptool }),
    ));

  /** False when there were too many already. */
  const byProcess = ({ vip, file, args, wasSent }: Telling): boolean => {
    const key = vipKey(vip);
    const staleAt = after(clock.nowMs(), STALE_AFTER_MS);
    return queue.add({
      file,
      args,
      wanted: () => held.has(key) && clock.nowMs() <= staleAt,
      onEnd({ exitCode, stderr }) {
        if (held.has(key) && !wasSent(exitCode, stderr)) onProblem(notAnnounced(vip, file, exitCode, stderr));
      },
    });
  };

  /** Where there are too many for one round, the next one begins with those that this one left out. */
  const byTools = (vips: readonly Vip[], available: Tools) => {
    const all = tellings(vips, available);
    const from = all.findIndex(({ key }) => key === firstLeftOut);
    const inOrder = from > 0 ? [...all.slice(from), ...all.slice(0, from)] : all;
    const leftOut = inOrder.findIndex((telling) => !byProcess(telling));
    if (leftOut < 0) return;
    firstLeftOut = inOrder[leftOut]!.key;
    const count = inOrder.length - leftOut;
    log.debug({ count, first: firstLeftOut }, 'too many announcements under way; these were left out');
  };

  const onLink = async (link: string, vips: readonly Vip[], available: Tools): Promise<void> => {
    const { byTool, others } = split(vips, available, method, unproven.has(link));
    byTools(byTool, available);
    for (const family of countsOf(byTool).keys()) sayWay(link, family, toolName(family, available));
    const counts = countsOf(others);
    if (counts.size === 0) return;
    if (method === 'arping') throw toolMissing(counts.has(4) ? 'arping' : NDPTOOL);
    try {
      await (justTold(link, counts) ?? onLinkBySameMac(link, counts));
    } catch (problem) {
      if (unproven.has(link)) throw problem; // what would be sent now is late: the next round goes another way
      byTools(others, available); // those that there are tools for: too many perhaps, but better than none
      if (method !== 'auto' || !areGoodEnough(counts, available)) throw problem;
      for (const family of counts.keys()) sayWay(link, family, toolName(family, available));
    }
  };

  const onLinkBySameMac = (link: string, counts: AddressCounts): Promise<void> => {
    const told = tellBySameMac(link, counts);
    lastTold.set(link, { at: clock.nowMs(), counts, told });
    return told;
  };

  const tellBySameMac = async (link: string, counts: AddressCounts): Promise<void> => {
    const isProven = await bySameMac(link, counts);
    for (const family of counts.keys()) sayWay(link, family, 'same-mac');
    if (isProven) return;
    unproven.add(link);
    const count = [...counts.values()].reduce((sum, each) => sum + each, 0);
    throw notSent(link, count);
  };

  /** All of them, within the last few milliseconds: rounds that begin at one moment would tell everybody twice. */
  const justTold = (link: string, counts: AddressCounts): Promise<void> | undefined => {
    const last = lastTold.get(link);
    if (last === undefined || clock.nowMs() - last.at >= TOLD_AGAIN_AFTER_MS) return undefined;
    const wasTold = [...counts].every(([family, count]) => count <= (last.counts.get(family) ?? 0));
    return wasTold ? last.told : undefined;
  };

  const sayWay = (link: string, family: 4 | 6, way: string) => {
    const text = `IPv${family} on ${link} is announced by ${way}`;
    if (waysSaid.has(text)) return;
    waysSaid.add(text);
    log.info({ link, family, way }, text);
  };

  return {
    announce(vips) {
      if (method === 'none') return;
      vips.forEach((vip) => held.add(vipKey(vip)));
      const round = async () => {
        const available = await findTools();
        await Promise.all(
          [...byLink(vips)].map(([link, onIt]) =>
            onLink(link, onIt, available).catch((problem: unknown) => {
              if (!(problem instanceof OperatorError)) throw problem;
              onProblem(problem);
            }),
          ),
        );
      };
      void round();
    },
    added(vips) {
      if (method === 'none' || method === 'arping' || found === undefined) return;
      for (const [link, onIt] of byLink(vips)) {
        const { others } = split(onIt, found, method, unproven.has(link));
        if (others.length === 0) continue;
        onLinkBySameMac(link, countsOf(others)).catch(() => {}); // the round that follows says it
      }
    },
    forget(vips) {
      for (const vip of vips) {
        held.delete(vipKey(vip));
        unproven.delete(vip.link);
        lastTold.delete(vip.link);
      }
    },
    prepare(vips) {
      if (method === 'none') return;
      void findTools().then((available) => {
        for (const [link, onIt] of byLink(vips)) {
          if (prepared.has(link) || split(onIt, available, method, false).others.length === 0) continue;
          prepared.add(link);
          prepareSameMac(link);
        }
      });
    },
    plan(vips) {
      if (method === 'none') return [];
      const assumed = found ?? { arping: USUAL_ARPING, ndptool: true };
      return [...byLink(vips)].flatMap(([link, onIt]) => {
        const { byTool, others } = split(onIt, assumed, method, unproven.has(link));
        const told = method === 'arping' ? onIt : byTool;
        const wanted = { arping: assumed.arping ?? USUAL_ARPING, ndptool: true };
        const words = told.flatMap((vip) => tellings([vip], wanted)).map(({ file, args }) => [file, ...args]);
        if (method !== 'arping' && others.length > 0)
          words.push([`ip ${sameMacLine(link, `$(cat /sys/class/net/${link}/address)`)}`]);
        return words.map((each) => each.join(' '));
      });
    },
    close: () => queue.clear(),
  };
}

interface Told {
  readonly at: MonoMs;
  readonly counts: AddressCounts;
  readonly told: Promise<void>;
}

function countsOf(vips: readonly Vip[]): AddressCounts {
  const counts = new Map<4 | 6, number>();
  for (const { family } of vips) counts.set(family, (counts.get(family) ?? 0) + 1);
  return counts;
}

const areGoodEnough = (counts: AddressCounts, tools: Tools): boolean =>
  [...counts].every(([family, count]) => count <= PROCESSES_PER_LINK_MAX && hasTool(family, tools));

/** Those of one interface that go by a tool, and those of families that go another way. */
function split(vips: readonly Vip[], tools: Tools, method: AnnounceMethod, isUnproven: boolean) {
  const byTools = new Set(
    [...countsOf(vips)]
      .filter(([family, count]) => {
        if (method === 'same-mac' || !hasTool(family, tools)) return false;
        return method === 'arping' || isUnproven || count <= HANDFUL;
      })
      .map(([family]) => family),
  );
  return {
    byTool: vips.filter(({ family }) => byTools.has(family)),
    others: vips.filter(({ family }) => !byTools.has(family)),
  };
}
