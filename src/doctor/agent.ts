import type { GroupReport } from '../core/report.ts';
import type { Facts } from './facts.ts';
import { fine, type Finding } from './finding.ts';

export function agentFindings({ agent, files, platform }: Facts): readonly Finding[] {
  const { status, refusal, pid } = agent;
  if (status === undefined) return refusal === undefined ? [] : [unreached(refusal, files.control, platform)];
  const minutes = Math.floor(status.upForMs / 60_000);
  const upFor = minutes < 1 ? 'for less than a minute' : `for ${minutes} min`;
  return [
    fine(
      'agent',
      status.node,
      `sealbeat ${status.version} runs ${upFor}${pid === undefined ? '' : `, pid ${pid}`}`,
    ),
    ...status.groups.flatMap((group) => groupFindings(group, status.upForMs)),
    ...status.alarms.filter(isAdapters).map(adapterAlarm),
    ...status.alarms.filter(isAround).map(aroundAlarm),
  ];
}

const START: Readonly<Record<string, string>> = {
  linux: 'systemctl start sealbeat; if it is no service yet: sealbeat service install --start',
  sunos: 'svcadm enable -s sealbeat; if it is no service yet: sealbeat service install --start',
};

function unreached(
  { errno, text, hint }: { errno: string; text: string; hint: string },
  control: string,
  platform: string,
): Finding {
  const of = { subject: control, what: text, fix: hint };
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      return {
        ...{ id: 'agent-absent', level: 'note', subject: control, what: 'no agent runs here' },
        why: 'so what only it knows was not looked at: whether the others hear it, who holds what, loss',
        fix: `${START[platform] ?? 'sealbeat service install --start, or: sealbeat run'}\nwhere it has another socket: sealbeat doctor --control SOCKET`,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        ...of,
        id: 'agent-denied',
        level: 'note',
        why: 'so what only the agent knows was not looked at',
      };
    case 'ECONNREFUSED':
      return {
        ...of,
        id: 'agent-died',
        level: 'problem',
        why: 'it died without a word, and nobody has started it again',
      };
    default:
      return {
        ...of,
        id: 'agent-unclear',
        level: 'problem',
        why: 'an agent that does not answer may not send heartbeats either',
      };
  }
}

function groupFindings(
  { name, fault, holderKnown, role, frozen, notes = [] }: GroupReport,
  upForMs: number,
): readonly Finding[] {
  const found: Finding[] = [];
  const starting = role === 'init' || role === 'claiming' || upForMs < 10_000;
  const explain = `sealbeat explain ${name}`;
  if (fault !== '') {
    const why = 'this node is no help for the group';
    found.push({ id: 'group-fault', level: 'problem', subject: name, what: fault, why, fix: explain });
  }
  if (holderKnown === 'nobody' && !starting) {
    const what = 'nobody is known to hold it';
    found.push({
      id: 'group-unheld',
      level: 'problem',
      subject: name,
      what,
      why: 'its addresses are served by nobody',
      fix: explain,
    });
  }
  if (frozen) {
    const why = 'if its holder dies, nobody takes over';
    found.push({
      id: 'group-frozen',
      level: 'note',
      subject: name,
      what: 'it is frozen',
      why,
      fix: 'sealbeat thaw',
    });
  }
  return [
    ...found,
    ...notes.map((what): Finding => ({
      id: 'adapter-note',
      level: 'note',
      subject: name,
      what,
      why: '',
      fix: '',
    })),
  ];
}

/** They alone say when they were last seen; see daemon/problems.ts. */
const SEEN = /^(.*) \((?:less than a minute|\d+ min|\d+ h) ago\); (.*)$/s;
const isAdapters = (alarm: string): boolean => SEEN.test(alarm);

function adapterAlarm(alarm: string): Finding {
  const [, what = alarm, fix = ''] = SEEN.exec(alarm) ?? [];
  const why = 'the agent has met it since the last reload';
  return { id: 'adapter-alarm', level: 'warning', subject: '', what, why, fix };
}

/** Checks, hooks, alerts and the listener: what goes on around the addresses, and is looked at nowhere else here. */
const AROUND = /^\S+: the (?:vital check|check|hook) |^alerts: |^the listener cannot listen /;
const isAround = (alarm: string): boolean => AROUND.test(alarm) && !isAdapters(alarm);

const aroundAlarm = (what: string): Finding => ({
  ...{ id: 'service-alarm', level: 'warning', subject: '', what },
  ...{ why: 'the agent says so now', fix: 'sealbeat status; sealbeat events' },
});
