import type { CheckKind, CheckQuestion } from '../core/checks/settings.ts';
import type { CheckAnswer } from '../core/checks/standing.ts';
import type { Clock, Exec, ProbeAnswer, Prober } from '../core/ports.ts';
import type { ProbeSettings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';
import { askCarrierByIfconfig, askCarrierOfLinux } from './carrier.ts';
import { askCommand } from './command.ts';
import { askFile } from './file.ts';
import { askPgrep, askProcessOfLinux } from './process.ts';
import { newProcesses, type Processes } from './processes.ts';
import { askSmf } from './smf.ts';
import type { Asking } from './tool.ts';
import { askUnit } from './unit.ts';
import { newUsers } from './users.ts';
import { bad, good, oneLine, unclear } from './words.ts';

export interface AskerPorts {
  readonly exec: Exec;
  readonly clock: Pick<Clock, 'nowMs'>;
  /** Whoever can ask over the network. */
  readonly prober: Prober;
  readonly platform: NodeJS.Platform;
  readonly node: NodeName;
  readonly processes?: Processes;
}

/** Asks once. Never rejects; may take as long as it likes, and whoever waits has to have an end of their own. */
export type Asker = (question: CheckQuestion, asking: Asking) => Promise<CheckAnswer>;

/** What a check occupies while it runs: a process, a socket, a thread of the pool, or next to nothing. */
export type LaneName = 'child' | 'socket' | 'thread' | 'cheap';

export function laneOf(kind: CheckKind, platform: NodeJS.Platform): LaneName {
  switch (kind) {
    case 'tcp':
    case 'http':
      return 'socket';
    case 'file':
      return 'thread';
    case 'process':
    case 'interface':
      return platform === 'linux' ? 'cheap' : 'child';
    default:
      return 'child';
  }
}

export function newAsker(ports: AskerPorts): Asker {
  const { exec, clock, prober, platform, node } = ports;
  const processes = ports.processes ?? newProcesses(() => clock.nowMs());
  const users = newUsers(exec);
  const isLinux = platform === 'linux';
  const probe = async (settings: ProbeSettings, { timeoutMs }: Asking): Promise<CheckAnswer> =>
    fromProbe(await prober.ask(settings, { timeoutMs }));

  const ask: Asker = async (question, asking) => {
    switch (question.kind) {
      case 'process':
        return isLinux
          ? askProcessOfLinux(question.process, processes)
          : askPgrep(question.process, exec, asking);
      case 'unit':
        return askUnit(question.unit, exec, asking);
      case 'smf':
        return askSmf(question.smf, exec, asking);
      case 'tcp':
        return probe({ kind: 'tcp', host: question.host, port: question.port, text: '' }, asking);
      case 'ping':
        return probe({ kind: 'ping', host: question.host, text: '' }, asking);
      case 'http': {
        const kind = question.url.startsWith('https:') ? 'https' : 'http';
        return probe({ kind, url: question.url, text: '', wants: question }, asking);
      }
      case 'interface': {
        const link = question.interfaces.get(node);
        if (link === undefined) return unclear('has no interface on this node');
        return isLinux ? askCarrierOfLinux(link) : askCarrierByIfconfig(link, exec, platform, asking);
      }
      case 'file':
        return askFile(question);
      case 'command': {
        const as = question.user === '' ? undefined : await users(question.user);
        return typeof as === 'string' ? unclear(as) : askCommand(question.command, as, exec, asking);
      }
    }
  };
  return (question, asking) =>
    ask(question, asking).catch((error: unknown) =>
      unclear(error instanceof Error ? error.message : String(error)),
    );
}

function fromProbe({ answered, text, isLate }: ProbeAnswer): CheckAnswer {
  if (answered) return good(text);
  return isLate === true ? { said: 'late', text: oneLine(text) } : bad(text);
}
