import { wholeNumber } from '../number.ts';
import type { Reading } from './reading.ts';
import { baseName } from './program-path.ts';
import { SHELL, type Question } from './script-question.ts';

const PROCESS = /^[A-Za-z0-9_][A-Za-z0-9_.+:@-]*$/;
const COUNTING = 'how many there are is counted by pgrep, which a shell compares';

/** Of a vrrp_track_process: `process: NAME`, or pgrep where a number of them has to run. */
export function processQuestion(reading: Reading): Question | undefined {
  const [written = '', ...parameters] = reading.valueOf('process') ?? [];
  const name = baseName(written);
  if (!PROCESS.test(name)) {
    reading.say('process', 'missing', 'not the name of a program, so there is no check of it');
    return undefined;
  }
  if (parameters.length > 0 || reading.valueOf('full_command') || reading.valueOf('param_match')) {
    const says = `no equivalent: a process is known by its name alone; write a check by hand, "unit: ${name}.service" or "command: [/usr/bin/pgrep, -f, …]"`;
    reading.say('process', 'missing', says);
    return undefined;
  }
  if (name === written) reading.say('process', 'taken', `process: ${name}`);
  else reading.say('process', 'changed', `process: ${name}, without its path`);
  const command = ['/usr/bin/pgrep', '-x', '--', name.replace(/[.+]/g, '\\$&')];
  return counted(reading, name) ?? { settings: [['process', name]], command, verdict: 'taken', says: '' };
}

function counted(reading: Reading, name: string): Question | undefined {
  const least = wholeNumber(reading.valueOf('quorum')?.[0], 1, 65_535) ?? 1;
  const most = wholeNumber(reading.valueOf('quorum_max')?.[0], 0, 65_535);
  if (least === 1 && most === undefined) return undefined;
  const bounds = [
    // "At least one" is not meant where none at all is asked for.
    ...(most === 0 ? [] : [`[ "$n" -ge ${least} ]`]),
    ...(most === undefined ? [] : [`[ "$n" -le ${most} ]`]),
  ];
  for (const word of ['quorum', 'quorum_max']) reading.say(word, 'changed', `command: ${COUNTING}`);
  const pattern = name.replace(/[.+]/g, '\\$&');
  const line = `n=$(/usr/bin/pgrep -c -x -- '${pattern}'); ${bounds.join(' && ')}`;
  const command = [SHELL, '-c', line];
  return { settings: [['command', command]], command, verdict: 'changed', says: COUNTING };
}
