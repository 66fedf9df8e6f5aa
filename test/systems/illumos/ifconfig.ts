import type { Outcome } from '../model.ts';
import type { Family } from './address-text.ts';
import { FLAG } from './flags.ts';
import { setAddress, setNetmask } from './ifconfig-address.ts';
import { addif, plumb, removeif, unplumb } from './ifconfig-logical.ts';
import { ioctlFailed } from './ifconfig-session.ts';
import type { Complaint, Session } from './ifconfig-session.ts';
import { allBlocks, blockText } from './ifconfig-status.ts';
import type { Machine } from './machine.ts';

const complained = (complaint: string, stdout = ''): Outcome => ({
  ...{ rc: 1, stdout },
  stderr: `ifconfig: ${complaint}\n`,
});

const FAMILIES: Readonly<Record<string, Family>> = { inet: 4, inet6: 6 };

export async function ifconfig(machine: Machine, args: readonly string[]): Promise<Outcome> {
  const [first, ...rest] = args;
  if (first === undefined) return { rc: 1, stdout: '', stderr: 'usage: ifconfig <interface> | -a\n' };
  const family = FAMILIES[rest[0] ?? ''];
  const words = family === undefined ? rest : rest.slice(1);
  if (first.startsWith('-')) return listing(machine, first, family, words);
  if (words.length === 0) return status(machine, first, family ?? 4);
  return change({ machine, first, name: first, family: family ?? 4, words });
}

/** Changing every interface at once is not something that anybody here should do. */
async function listing(
  machine: Machine,
  flags: string,
  family: Family | undefined,
  words: readonly string[],
): Promise<Outcome> {
  if (!/^-[audDXZ46v]*a[audDXZ46v]*$/.test(flags)) return complained(`${flags}: no such interface`);
  if (words.length > 0) return complained(`${words.join(' ')}: not for all interfaces in this model`);
  const only: Family | undefined = flags.includes('4') ? 4 : flags.includes('6') ? 6 : family;
  const isUp = flags.includes('u') ? true : flags.includes('d') ? false : undefined;
  const stdout = await allBlocks(machine, { families: only === undefined ? [4, 6] : [only], isUp });
  return { rc: 0, stdout, stderr: '' };
}

async function status(machine: Machine, name: string, family: Family): Promise<Outcome> {
  const lif = machine.kernel.findLif(name, family);
  if (lif === undefined) return complained(ioctlFailed('status: SIOCGLIFFLAGS', name, 'ENXIO'));
  const condition = await machine.kernel.conditionOf(lif.on);
  return { rc: 0, stdout: blockText(lif, condition, machine.setup.zone !== 'shared'), stderr: '' };
}

async function change(call: Omit<Session, 'print'>): Promise<Outcome> {
  let stdout = '';
  const session: Session = { ...call, print: (line) => void (stdout += line) };
  const words = [...call.words];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const known = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
    const takesNext = known?.takesArgument === true;
    const argument = takesNext ? words.shift() : word;
    if (argument === undefined) return complained(`no argument for ${word}`, stdout);
    const complaint = await (known?.run ?? setAddress)(session, argument);
    if (complaint !== undefined) return complained(complaint, stdout);
  }
  return { rc: 0, stdout, stderr: '' };
}

interface Command {
  readonly takesArgument?: boolean;
  /** Given the argument, or the word itself where it takes none. */
  run(session: Session, argument: string): Promise<Complaint>;
}

const flagged = (flag: bigint, isOn: boolean): Command => ({
  async run({ machine, name, family }) {
    const lif = machine.kernel.findLif(name, family);
    if (lif === undefined) return ioctlFailed('setifflags: SIOCGLIFFLAGS', name, 'ENXIO');
    const { kernel } = machine;
    const problem =
      flag !== FLAG.UP
        ? kernel.setFlag(lif, flag, isOn)
        : isOn
          ? kernel.setUp(lif)
          : await kernel.setDown(lif);
    return problem === undefined ? undefined : ioctlFailed('setifflags: SIOCSLIFFLAGS', name, problem);
  },
});

const COMMANDS: Readonly<Record<string, Command>> = {
  up: flagged(FLAG.UP, true),
  down: flagged(FLAG.UP, false),
  deprecated: flagged(FLAG.DEPRECATED, true),
  '-deprecated': flagged(FLAG.DEPRECATED, false),
  private: flagged(FLAG.PRIVATE, true),
  '-private': flagged(FLAG.PRIVATE, false),
  '-failover': flagged(FLAG.NOFAILOVER, true),
  failover: flagged(FLAG.NOFAILOVER, false),
  addif: { takesArgument: true, run: addif },
  removeif: { takesArgument: true, run: removeif },
  netmask: { takesArgument: true, run: setNetmask },
  broadcast: { takesArgument: true, run: async () => undefined },
  set: { takesArgument: true, run: setAddress },
  plumb: { run: plumb },
  unplumb: { run: unplumb },
};
