import type { AnswerResult, QuestionKind } from '../core/group/state.ts';
import type { Arbiter, LockAnswer, Probed, Prober } from '../core/ports.ts';
import type { GroupSettings, NodeSettings, ProbeSettings } from '../core/settings.ts';
import type { GroupId } from '../core/units.ts';
import { askAll } from '../probe/ask-all.ts';
import type { Happening } from './loop.ts';

type Outcome = Pick<AnswerResult, 'outcome' | 'text'>;

export interface QuestionPorts {
  readonly prober: Prober;
  /** Undefined while the config names none. */
  readonly arbiter: () => Arbiter | undefined;
  readonly groupSettings: (group: GroupId) => GroupSettings | undefined;
  readonly nodeSettings: (number: number) => NodeSettings | undefined;
  readonly tell: (happening: Happening) => void;
}

export interface Questions {
  ask(group: GroupId, question: QuestionKind, id: number, about: readonly number[]): void;
  unlock(group: GroupId): void;
}

/** Carries questions of the group's machine to the world, and the answers back; each is bounded by its own limit. */
export function newQuestions(ports: QuestionPorts): Questions {
  const { arbiter, groupSettings, tell } = ports;
  return {
    ask(group, question, id, about) {
      const settings = groupSettings(group);
      if (settings === undefined) return;
      const nodes = about.flatMap((number) => ports.nodeSettings(number) ?? []);
      void outcomeOf(question, settings, nodes, ports).then(({ outcome, text }) =>
        tell({ kind: 'answered', group, result: { question, id, outcome, text } }),
      );
    },
    unlock(group) {
      const settings = groupSettings(group);
      if (settings !== undefined) void arbiter()?.give(settings.name);
    },
  };
}

const NOT_ASKED: Outcome = { outcome: 'unknown', text: 'the config names nobody to ask any more' };

async function outcomeOf(
  question: QuestionKind,
  { name, confirm, witness, fence }: GroupSettings,
  about: readonly NodeSettings[],
  { prober, arbiter }: QuestionPorts,
): Promise<Outcome> {
  switch (question) {
    case 'witness': {
      if (witness === undefined) return NOT_ASKED;
      const { answered, texts } = await askAll(prober, witness.probes, witness);
      return { outcome: answered ? 'yes' : 'no', text: texts.join('; ') };
    }
    case 'confirm': {
      if (confirm === undefined) return NOT_ASKED;
      const asked = about.map((node) =>
        askAll(prober, confirm.probes, { ...confirm, need: 1 }, probed(node)),
      );
      const answers = await Promise.all(asked);
      const answered = answers.some((answer) => answer.answered);
      return { outcome: answered ? 'yes' : 'no', text: answers.flatMap(({ texts }) => texts).join('; ') };
    }
    case 'fence': {
      if (fence === undefined) return NOT_ASKED;
      const probe: ProbeSettings = { kind: 'command', command: fence.command, text: fence.command.join(' ') };
      const answers = await Promise.all(about.map((node) => prober.ask(probe, fence, probed(node))));
      const failed = answers.findIndex(({ answered }) => !answered);
      if (failed < 0)
        return { outcome: 'yes', text: about.map((node) => `${node.name} is fenced`).join(', ') };
      return { outcome: 'no', text: `${about[failed]?.name}: ${answers[failed]?.text}` };
    }
    case 'lock':
      return lockOutcome(await (arbiter()?.take(name) ?? { kind: 'unknown', text: NOT_ASKED.text }));
  }
}

function lockOutcome(answer: LockAnswer): Outcome {
  if (answer.kind === 'mine') return { outcome: 'yes', text: 'the lock is ours' };
  if (answer.kind === 'other') return { outcome: 'no', text: `${answer.by} has the lock` };
  return { outcome: 'unknown', text: answer.text };
}

/** The first path is the one that an operator calls the node's address. */
const probed = ({ name, paths }: NodeSettings): Probed => ({ name, host: paths[0]?.host ?? name });
