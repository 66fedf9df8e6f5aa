/*
 * Clouds that are not here, as their command line tools show them: who has which address, and what is refused. Unit tests
 * run such a model in their own process with a clock of their own; stand-in.ts puts it behind executables.
 */

export interface Outcome {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a cloud remembers: plain JSON, so that it outlives a process. */
export interface CloudState {
  /** By network interface, server or whatever has addresses in this cloud. */
  readonly addresses: Record<string, string[]>;
  /** The highest epoch that was let through, by group. */
  readonly epochs: Record<string, number>;
}

export interface CloudModel {
  /** The name of its command line tool. */
  readonly tool: string;
  /** Changes the state, or refuses. */
  run(state: CloudState, words: readonly string[]): Outcome;
}

export const newState = (owners: readonly string[]): CloudState => ({
  addresses: Object.fromEntries(owners.map((owner) => [owner, []])),
  epochs: {},
});

/** Those that have the address now: one at most, unless the cloud is broken. */
export const ownersOf = ({ addresses }: CloudState, address: string): readonly string[] =>
  Object.keys(addresses).filter((owner) => addresses[owner]!.includes(address));

export const done = (stdout = ''): Outcome => ({
  rc: 0,
  stdout: stdout === '' ? '' : `${stdout}\n`,
  stderr: '',
});
export const refused = (rc: number, stderr: string): Outcome => ({ rc, stdout: '', stderr: `${stderr}\n` });

/** The address is this owner's from now on, and nobody else's. */
export function give({ addresses }: CloudState, owner: string, address: string): void {
  for (const [name, has] of Object.entries(addresses)) addresses[name] = has.filter((one) => one !== address);
  addresses[owner]!.push(address);
}

/** A call of a command: its words without options, and its options, of which `flags` have no value. */
export interface Parsed {
  readonly words: readonly string[];
  option(name: string): string;
  has(name: string): boolean;
}

/** Undefined for an option that is not known, or one without its value. */
export function parsed(
  words: readonly string[],
  { options = [], flags = [] }: { options?: readonly string[]; flags?: readonly string[] },
): Parsed | undefined {
  const plain: string[] = [];
  const given = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (!word.startsWith('--')) {
      plain.push(word);
      continue;
    }
    const [, name = '', value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (flags.includes(name) && value === undefined) given.set(name, '');
    else if (options.includes(name)) {
      const follows = value ?? words[(at += 1)];
      if (follows === undefined) return undefined;
      given.set(name, follows);
    } else return undefined;
  }
  return { words: plain, option: (name) => given.get(name) ?? '', has: (name) => given.has(name) };
}

/** The first of these forms that the words have. `*` stands for one word. */
export const fits = ({ words }: Parsed, form: string): boolean => {
  const wanted = form.split(' ');
  return (
    words.length === wanted.length && wanted.every((word, index) => word === '*' || word === words[index])
  );
};
