import { newAsker, type AskerPorts } from '../check/asker.ts';
import { newRuns, type Runs, type RunsPorts } from '../check/runs.ts';

/** What checks need to run. Loaded only where the config has some. */
export const openRuns = (ports: Omit<AskerPorts, 'clock'> & Omit<RunsPorts, 'ask'>): Runs =>
  newRuns({ ...ports, ask: newAsker(ports) });
