import { OperatorError } from '../../core/errors.ts';
import { type Clock, type Exec, type Log, type Spawn, type Vip } from '../../core/ports.ts';
import { type AnnounceMethod } from '../../core/settings.ts';
import { after, SECOND_MS } from '../../core/units.ts';
import { byLink, vipKey } from '../address.ts';
import { announceQueue } from '../announce/announce-queue.ts';
import { type Arping, arpingArgs, findArping, wasSent } from '../announce/arping.ts';
import { NDPTOOL, hasNdptool, ndptoolArgs } from './unsolicited-na.ts';

/** With more VIPs of one family on one interface, one command that covers all is kinder than a process for each. */
const PROCESSES_PER_LINK_MAX = 32;
/** An announcement that waited longer, perhaps because this process was asleep, may no longer be true. */
const STALE_AFTER_MS = SECOND_MS;

export interface Announcer {
  /** One round; starts it and returns. */
  announce(vips: readonly Vip[]): void;
  /** They are about to leave this host: nothing that still waits is sent. */
  forget(vips: readonly Vip[]): void;
  /** Finds out now which tools there are, so that the first round need not wait for it. */
  prepare(): void;
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
  /** Announces every address of the interface; see same-mac.ts. */
  readonly bySameMac: (link: string, families: ReadonlySet<4 | 6>) => Promise<void>;
  /** In each round anew: who listens knows what was said already. */
  readonly onProblem: (problem: OperatorError) => void;
}

interface Tools {
  readonly arping: Arping | undefined;
  readonly ndptool: boolean;
}

/**
 * Tells the neighbours where VIPs are: gratuitous ARP for IPv4, unsolicited neighbour advertisements for IPv6.
 * `auto` prefers the tools that send exactly one packet (arping, ndptool) over the same-MAC way, which announces the
 * host's own addresses as well and empties its neighbour cache. Each family goes its own way.
 */
export function announcer(options: AnnouncerOptions): Announcer {
  const { spawn, exec, clock, log, method, bySameMac, onProblem } = options;
  const queue = announceQueue(spawn);
  const waysSaid = new Set<string>();
  const held = new Set<string>();
  let tools: Promise<Tools> | undefined;
  let found: Tools | undefined;

  const findTools = (): Promise<Tools> =>
    (tools ??= Promise.all([findArping(exec), hasNdptool(exec)]).then(
      ([arping, ndptool]) => (found = { arping, ndptool }),
    ));

  const byProcess = (
    vip: Vip,
    form: string,
    [file, ...args]: readonly [string, ...string[]],
    sent: SentTest,
  ) => {
    const staleAt = after(clock.nowMs(), STALE_AFTER_MS);
    const isHeld = () => held.has(vipKey(vip));
    const added = queue.add({
      file,
      args,
      wanted: () => isHeld() && clock.nowMs() <= staleAt,
      onEnd({ exitCode, stderr }) {
        if (isHeld() && !sent(exitCode, stderr)) onProblem(failed(vip, file, exitCode, stderr));
      },
    });
    if (!added)
      log.debug({ address: vip.address, form }, 'too many announcements under way; this one was left out');
  };

  const byTools = (vips: readonly Vip[], { arping, ndptool }: Tools) => {
    // All requests before the first reply: after the first half every neighbour has been told once.
    for (const form of ['request', 'reply'] as const) {
      for (const vip of vips) {
        if (vip.family === 4 && arping !== undefined) {
          const { breed, command } = arping;
          byProcess(vip, form, [...command, ...arpingArgs(breed, vip, form)], (exitCode, stderr) =>
            wasSent(breed, exitCode, stderr),
          );
        }
        if (vip.family === 6 && ndptool && form === 'request') {
          byProcess(vip, form, [NDPTOOL, ...ndptoolArgs(vip)], (exitCode) => exitCode === 0);
        }
      }
    }
  };

  const onLink = async (link: string, vips: readonly Vip[], available: Tools): Promise<void> => {
    const { covered, others } = split(vips, available, method);
    const families = new Set(others.map(({ family }) => family));
    byTools(covered, available);
    for (const family of new Set(covered.map((vip) => vip.family)))
      sayWay(link, family, family === 6 ? NDPTOOL : `arping (${available.arping?.breed})`);
    if (families.size === 0) return;
    if (method === 'arping') throw toolMissing(families.has(4) ? 'arping' : NDPTOOL);
    for (const family of families) sayWay(link, family, 'same-mac');
    try {
      await bySameMac(link, families);
    } catch (problem) {
      byTools(others, available); // too many, but better than none; those that there are tools for
      throw problem;
    }
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
    forget(vips) {
      vips.forEach((vip) => held.delete(vipKey(vip)));
    },
    prepare() {
      if (method !== 'none' && method !== 'same-mac') void findTools();
    },
    plan(vips) {
      if (method === 'none') return [];
      const assumed: Tools = found ?? { arping: { breed: 'iputils', command: ['arping'] }, ndptool: true };
      return [...byLink(vips)].flatMap(([link, onIt]) => {
        const { covered, others } = split(onIt, assumed, method);
        const sameMac =
          method === 'arping' || others.length === 0
            ? []
            : [`ip link set dev ${link} address $(cat /sys/class/net/${link}/address)`];
        const byTool = (method === 'arping' ? onIt : covered).flatMap((vip) => {
          if (vip.family === 6) return [[NDPTOOL, ...ndptoolArgs(vip)].join(' ')];
          const { breed, command } = assumed.arping ?? { breed: 'iputils' as const, command: ['arping'] };
          return (['request', 'reply'] as const).map((form) =>
            [...command, ...arpingArgs(breed, vip, form)].join(' '),
          );
        });
        return [...byTool, ...sameMac];
      });
    },
    close: () => queue.clear(),
  };
}

type SentTest = (exitCode: number, stderr: string) => boolean;

/** Those of one interface that the tools can announce, and those of families that need another way. */
function split(vips: readonly Vip[], tools: Tools, method: AnnounceMethod) {
  const isCovered = ({ family }: Vip) => coveredByTools(family, vips, tools, method);
  return { covered: vips.filter(isCovered), others: vips.filter((vip) => !isCovered(vip)) };
}

function coveredByTools(family: 4 | 6, vips: readonly Vip[], tools: Tools, method: AnnounceMethod): boolean {
  if (method === 'same-mac' || !(family === 4 ? tools.arping !== undefined : tools.ndptool)) return false;
  return method === 'arping' || vips.filter((vip) => vip.family === family).length <= PROCESSES_PER_LINK_MAX;
}

function failed({ address, link }: Vip, file: string, exitCode: number, stderr: string): OperatorError {
  const said = stderr.trim().split('\n')[0] ?? '';
  const message = `announcing ${address} on ${link}: ${said === '' ? `${file} ended with ${exitCode}` : said}`;
  if (/Operation not permitted|CAP_NET_RAW|Permission denied/.test(stderr)) {
    return new OperatorError('VIP_DENIED', message, {
      hint: 'run as root or grant CAP_NET_RAW (ambient), or use announce: { method: same-mac }',
    });
  }
  return new OperatorError('VIP_FAILED', message, {
    hint: 'run the command by hand; `sealbeat check --plan` prints it',
  });
}

function toolMissing(tool: string): OperatorError {
  return new OperatorError('TOOL_MISSING', `announcing: ${tool} is not installed`, {
    hint: `install ${tool === NDPTOOL ? 'ndptool (Debian: libndp-tools)' : 'arping (Debian: iputils-arping)'}, or use announce: { method: auto }`,
  });
}
