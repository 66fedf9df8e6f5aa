import type { DraftSettings } from '../draft.ts';
import { isRoot, type Account } from './account.ts';
import type { Definition } from './definitions.ts';
import { SHELL } from './script-question.ts';
import { NO_WEIGHT, trackedWeight, type Weight } from './weight.ts';
import type { Tracker } from './trackers.ts';

/** A check as one node would have it. */
export interface TrackedCheck {
  readonly settings: DraftSettings;
  readonly isVital: boolean;
  /** Where it is not the same as in keepalived. */
  readonly remarks: readonly string[];
}
type Problem = { readonly problem: string };

const WEIGHT_MAX = 253;

/** `unweighed`: why keepalived takes no notice of a weight of it, so that it takes the address away. */
export function checkOfInterface(
  { name, words }: Tracker,
  unweighed: string | undefined,
): TrackedCheck | Problem {
  const { weight, remarks } = counted(trackedWeight(words, NO_WEIGHT), unweighed);
  if (weight.reverse)
    return {
      problem:
        'no equivalent for "reverse" of an interface; write a check by hand: "command:" with a program that fails while it is up',
    };
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,14}$/.test(name))
    return { problem: 'not the name of an interface; left out' };
  const settings: DraftSettings = [
    ['interface', name],
    ['interval', '1s'],
    ['fall', 1],
  ];
  const check = weighed(settings, weight.value);
  return { ...check, remarks: [...remarks, ...check.remarks] };
}

function counted(
  weight: Weight,
  unweighed: string | undefined,
): { readonly weight: Weight; readonly remarks: readonly string[] } {
  return unweighed === undefined || weight.value === 0
    ? { weight, remarks: [] }
    : { weight: NO_WEIGHT, remarks: [`keepalived takes no notice of the weight, ${unweighed}`] };
}

/** `account`: whose rights a program has that does not say so itself; `unweighed` as above, of a file. */
export function checkOf(
  definition: Definition,
  tracker: Tracker,
  { account, unweighed }: { readonly account: Account | undefined; readonly unweighed: string | undefined },
): TrackedCheck | Problem {
  const { kind, question, timing } = definition;
  if (!question) return { problem: `no check can be made of ${definition.name}; its definition says why` };
  const weight = trackedWeight(tracker.words, definition.weight);
  if (kind === 'file') {
    const { weight: factor, remarks } = counted(weight, unweighed);
    const check = fileCheck(question.settings, timing, factor);
    return { ...check, remarks: [...remarks, ...check.remarks] };
  }
  const as = userOf(definition.account ?? account);
  if (!weight.reverse) {
    const isCommand = question.settings[0]?.[0] === 'command';
    return weighed([...question.settings, ...(isCommand ? as : []), ...timing], weight.value);
  }
  if (!question.command)
    return {
      problem: 'no equivalent for "reverse" here; write a check by hand that fails while this is well',
    };
  const inverted = [SHELL, '-c', '! "$@"', 'not', ...question.command];
  const { settings, isVital, remarks } = weighed([['command', inverted], ...as, ...timing], -weight.value);
  return { settings, isVital, remarks: [...remarks, '"reverse": a shell turns its answer round'] };
}

const userOf = (account: Account | undefined): DraftSettings =>
  account === undefined || isRoot(account) ? [] : [['user', account.user]];

/** Without a weight it is vital. */
function weighed(settings: DraftSettings, value: number): TrackedCheck {
  if (value === 0) return { settings, isVital: true, remarks: [] };
  const bounded = Math.min(WEIGHT_MAX, Math.max(-WEIGHT_MAX, value));
  return {
    settings: [...settings, ['weight', bounded]],
    isVital: false,
    remarks: bounded === value ? [] : [`weight: ${bounded}, which is the most`],
  };
}

/** Its number is added; where a number is to take the address away, a program compares, which a missing file does not harm. */
function fileCheck(subject: DraftSettings, timing: DraftSettings, weight: Weight): TrackedCheck {
  const file = String(subject[0]?.[1]);
  const factor = weight.reverse ? -weight.value : weight.value;
  if (Math.abs(factor) <= WEIGHT_MAX && factor !== 0) {
    const settings: DraftSettings = [...subject, ['adds', true], ...timing];
    return {
      settings: factor === 1 ? settings : [...settings, ['weight', factor]],
      isVital: false,
      remarks: ['a product below -253 leaves priority 1, and is no fault'],
    };
  }
  const holds = factor < 0 ? '-le' : factor > 0 ? '-ge' : weight.reverse ? '-ne' : '-eq';
  const command = [SHELL, '-c', `n=$(cat "$1" 2>/dev/null); [ "\${n:-0}" ${holds} 0 ]`, 'compare', file];
  return {
    settings: [['command', command], ...timing, ['fall', 1]],
    isVital: true,
    remarks: ['a command that compares the number, since no file has to be there'],
  };
}
