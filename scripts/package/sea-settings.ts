/** Flags of Node's engine that the program always runs with: a small young generation, and no threads that wait for work. */
export const PROGRAM_FLAGS = ['--max-semi-space-size=1', '--v8-pool-size=0'] as const;

export interface SeaSettings {
  readonly main: string;
  readonly disableExperimentalSEAWarning: true;
  readonly useCodeCache: boolean;
  readonly useSnapshot: false;
  readonly execArgv: string[];
  readonly execArgvExtension: 'none';
}

/**
 * What goes into a single executable beside the program; see Node's manual, "Single executable applications". NODE_OPTIONS
 * is not heeded: a program that runs as root takes no code from its environment.
 */
export const seaSettings = (main: string, { hasCodeCache }: { hasCodeCache: boolean }): SeaSettings => ({
  main,
  disableExperimentalSEAWarning: true,
  useCodeCache: hasCodeCache,
  useSnapshot: false,
  execArgv: [...PROGRAM_FLAGS],
  execArgvExtension: 'none',
});
