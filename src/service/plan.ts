/** What a service manager needs to be told, as data: made without a look at the machine, carried out by apply.ts. */
export const MANAGERS = ['systemd', 'smf', 'freebsd', 'openbsd', 'netbsd', 'openrc'] as const;
export type ManagerName = (typeof MANAGERS)[number];

/** How this service is to run. */
export interface Wanted {
  /** The words that start the program: one executable, or an interpreter, its options and a script. */
  readonly program: readonly string[];
  readonly config: string;
  readonly identity: string;
  readonly state: string;
  readonly control: string;
}

export interface ServiceFile {
  readonly path: string;
  readonly mode: number;
  /** Without the line that says that we wrote it; see stamp.ts. */
  readonly text: string;
  readonly comment: 'hash' | 'xml';
}

/** One command, as a list: nothing is quoted. */
export interface Step {
  readonly words: readonly string[];
  /** Run when the first cannot. */
  readonly otherwise?: readonly string[];
  /** What it leaves undone is no reason to stop. */
  readonly mayFail?: boolean;
}

export interface Plan {
  readonly manager: ManagerName;
  readonly files: readonly ServiceFile[];
  /** After the files are there. */
  readonly register: readonly Step[];
  readonly enable: readonly Step[];
  readonly start: readonly Step[];
  /** Before the files go. */
  readonly stop: readonly Step[];
  readonly disable: readonly Step[];
  /** After the files are gone. */
  readonly forget: readonly Step[];
  /** Exit code 0 says yes. */
  readonly isEnabled: readonly string[];
  readonly isRunning: readonly string[];
  /** For people: where its log is. */
  readonly log: string;
}

/** `log`: how the log is wanted where the program itself cannot see who reads it. */
export const runWords = (
  { program, config, identity, state, control }: Wanted,
  log?: 'syslog' | 'text',
): readonly string[] => [
  ...program,
  ...['run', '--config', config, '--identity', identity, '--control', control, '--state', state],
  ...(log === undefined ? [] : ['--log-format', log]),
];

export const checkWords = ({ program, config, identity }: Wanted): readonly string[] => [
  ...program,
  ...['check', '--config', config, '--identity', identity],
];

export const releaseWords = ({ program, config, identity, state, control }: Wanted): readonly string[] => [
  ...program,
  ...['release', '--config', config, '--identity', identity, '--control', control, '--state', state],
];
