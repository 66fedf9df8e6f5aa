import {
  addsItsNumber,
  type CheckQuestion,
  type CheckSettings,
  type HttpQuestion,
} from '../core/checks/settings.ts';
import type { NodeName } from '../core/units.ts';
import type { CheckShape, Subject } from './check-shape.ts';
import { SUBJECTS } from './check-shape.ts';
import { interfacesOn } from './parts.ts';

const RISE = 1;
const FALL = 2;
const GOOD_STATUSES: HttpQuestion['statuses'] = [{ from: 200, to: 399 }];

export const subjectsOf = (check: CheckShape): readonly Subject[] =>
  SUBJECTS.filter((subject) => check[subject] !== undefined);

/** The checks of a group without errors, sorted by name. */
export function checksOf(
  checks: Readonly<Record<string, CheckShape>>,
  nodes: readonly NodeName[],
): readonly CheckSettings[] {
  const named = Object.entries(checks).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return named.map(([name, check]) => checkOf(name, check, nodes));
}

function checkOf(name: string, check: CheckShape, all: readonly NodeName[]): CheckSettings {
  const question = questionOf(check, all);
  const wanted = check.nodes === undefined ? all : all.filter((node) => check.nodes?.includes(node));
  const nodes =
    question.kind === 'interface' ? wanted.filter((node) => question.interfaces.has(node)) : wanted;
  const adds = addsItsNumber(question);
  const weight = check.weight ?? (adds ? 1 : 0);
  return {
    name,
    question,
    nodes: nodes.length === all.length ? [] : nodes,
    intervalMs: check.interval,
    timeoutMs: check.timeout,
    rise: check.rise ?? RISE,
    fall: check.fall ?? FALL,
    initial: check.initial,
    slow: check.slow ?? (question.kind === 'ping' ? 'failed' : 'unknown'),
    vital: weight === 0,
    weight,
  };
}

function questionOf(check: CheckShape, all: readonly NodeName[]): CheckQuestion {
  const { process, unit, smf, tcp, http, ping, file, command } = check;
  if (process !== undefined) return { kind: 'process', process };
  if (unit !== undefined) return { kind: 'unit', unit };
  if (smf !== undefined) return { kind: 'smf', smf };
  if (tcp !== undefined) return { kind: 'tcp', ...tcp };
  if (ping !== undefined) return { kind: 'ping', host: ping };
  if (file !== undefined) return { kind: 'file', file, is: check.is?.trim() };
  if (command !== undefined) return { kind: 'command', command, user: check.user ?? '' };
  if (http !== undefined) {
    const { status = GOOD_STATUSES, body = '', headers = {}, verify = true } = check;
    const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
    return { kind: 'http', url: http, statuses: status, body, headers: new Map(lower), verify };
  }
  return { kind: 'interface', interfaces: interfacesOn(all, check.interface) as Map<NodeName, string> };
}

/** What a check means, as plain values, whatever way it was written in. */
export function checkMeaning(check: CheckSettings, nodes: readonly NodeName[]): readonly unknown[] {
  const { name, question, intervalMs, timeoutMs, rise, fall, initial, slow, weight } = check;
  return [
    name,
    questionMeaning(question, nodes),
    check.nodes.length === 0 ? null : check.nodes,
    [intervalMs, timeoutMs, rise, fall, initial, slow, weight],
  ];
}

function questionMeaning(question: CheckQuestion, nodes: readonly NodeName[]): unknown {
  switch (question.kind) {
    case 'interface':
      return [question.kind, nodes.map((node) => question.interfaces.get(node) ?? null)];
    case 'http':
      return { ...question, headers: [...question.headers].toSorted(([a], [b]) => (a < b ? -1 : 1)) };
    case 'file':
      return [question.kind, question.file, question.is ?? null];
    default:
      return question;
  }
}
