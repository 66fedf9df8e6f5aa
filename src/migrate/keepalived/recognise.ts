import type { DraftSettings } from '../draft.ts';
import { parseProbeUrl } from '../../config/probe-url.ts';
import { hostText } from '../host-text.ts';
import { secondsAsMs, wholeNumber } from '../number.ts';
import { baseName } from './program-path.ts';
import { scriptLine, type ScriptLine } from './script-words.ts';

/** A check that is built in, in the place of a program that asks the same. */
export interface Recognised {
  readonly settings: DraftSettings;
  /** A time that stood in the command line, shorter than that of the script. */
  readonly timeoutMs?: number | undefined;
}

const SHELLS = new Set(['sh', 'bash', 'dash']);
/** What changes nothing about the exit code that counts. */
const QUIET = /\s*(?:[12&]?>>?\s*\/dev\/null|2>&1)(?=\s|$)/g;
const OR_FAIL = /\s*\|\|\s*(?:exit\s+[1-9]\d*|false|\/bin\/false)\s*;?$/;
const DEV_TCP = /^<\s*\/dev\/tcp\/([A-Za-z0-9.-]+)\/(\d{1,5})$/;

/** Undefined for whatever is not plainly one of a few questions. */
export function recognised(script: ScriptLine): Recognised | undefined {
  const inner = insideShell(script);
  if (inner !== undefined) return recognised(scriptLine(inner));
  const bare = script.line.replace(QUIET, '').replace(OR_FAIL, '').trim();
  const [, host = '', port = ''] = DEV_TCP.exec(bare.replace(/^(?:exec\s+\d+|:)\s*/, '')) ?? [];
  if (host !== '') return tcp(host, port);
  const { words, needsShell } = bare === script.line ? script : scriptLine(bare);
  if (needsShell) return undefined;
  const [program = '', ...rest] = words;
  const ask = Object.hasOwn(PROGRAMS, baseName(program)) ? PROGRAMS[baseName(program)] : undefined;
  return ask?.(rest);
}

/** `bash -c '…'` */
function insideShell({ words }: ScriptLine): string | undefined {
  const [program = '', option, line, ...more] = words;
  return SHELLS.has(baseName(program)) && option === '-c' && more.length === 0 ? line : undefined;
}

type Ask = (words: readonly string[]) => Recognised | undefined;

const PROCESS = /^[A-Za-z0-9_][A-Za-z0-9_.+:@-]*$/;
const process = (name: string | undefined): Recognised | undefined =>
  name !== undefined && PROCESS.test(name) ? { settings: [['process', name]] } : undefined;

const PORT_MAX = 65_535;

function tcp(written: string | undefined, port: string | undefined): Recognised | undefined {
  const host = hostText(written);
  const number = wholeNumber(port, 1, PORT_MAX);
  if (host === undefined || number === undefined) return undefined;
  return { settings: [['tcp', `${host}:${number}`]] };
}

/** Options without a value, as a set of letters, and those that have one; undefined for an option that is not in either. */
function optionsOf(
  words: readonly string[],
  flags: string,
  valued: string,
): { found: Map<string, string>; operands: string[] } | undefined {
  const found = new Map<string, string>();
  const operands: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    if (!/^-[A-Za-z0-9]/.test(word)) {
      if (word.startsWith('-')) return undefined;
      operands.push(word);
      continue;
    }
    for (let letter = 1; letter < word.length; letter += 1) {
      const option = word[letter]!;
      if (flags.includes(option)) found.set(option, '');
      else if (valued.includes(option)) {
        const attached = word.slice(letter + 1);
        const value = attached === '' ? words[(at += 1)] : attached;
        if (value === undefined) return undefined;
        found.set(option, value);
        break;
      } else return undefined;
    }
  }
  return { found, operands };
}

const waitMs = (text: string | undefined): number | undefined => secondsAsMs(text, 0.01, 600);

const PROGRAMS: Readonly<Record<string, Ask>> = {
  killall(words) {
    const rest = words.filter((word) => word !== '-q' && word !== '-e');
    return rest.length === 2 && /^-(0|s0)$/.test(rest[0]!) ? process(rest[1]) : undefined;
  },
  pidof(words) {
    const options = optionsOf(words, 'sqx', '');
    return options?.operands.length === 1 ? process(options.operands[0]) : undefined;
  },
  pgrep(words) {
    const options = optionsOf(words, 'xc', '');
    return options?.operands.length === 1 ? process(options.operands[0]) : undefined;
  },
  systemctl(words) {
    const [verb, unit, ...more] = words.filter((word) => word !== '-q' && word !== '--quiet');
    if (verb !== 'is-active' || more.length > 0 || !/^[A-Za-z0-9_][A-Za-z0-9:_.@-]*$/.test(unit ?? ''))
      return undefined;
    return { settings: [['unit', /\.[a-z]+$/.test(unit!) ? unit! : `${unit}.service`]] };
  },
  nc: connect,
  ncat: connect,
  netcat: connect,
  ping(words) {
    const options = optionsOf(words, 'qn46', 'cWwi');
    const [host = '', ...more] = options?.operands ?? [];
    if (!options?.found.has('c') || more.length > 0 || hostText(host) === undefined) return undefined;
    return {
      settings: [['ping', host]],
      timeoutMs: waitMs(options.found.get('W') ?? options.found.get('w')),
    };
  },
  curl: fetch,
};

function connect(words: readonly string[]): Recognised | undefined {
  const options = optionsOf(words, 'zvn', 'wG');
  const [host, port, ...more] = options?.operands ?? [];
  if (!options?.found.has('z') || more.length > 0) return undefined;
  const found = tcp(host, port);
  return found && { ...found, timeoutMs: waitMs(options.found.get('w')) };
}

const LONG: Readonly<Record<string, string>> = {
  '--fail': '-f',
  '--silent': '-s',
  '--show-error': '-S',
  '--insecure': '-k',
  '--output': '-o',
  '--max-time': '-m',
  '--connect-timeout': '-m',
  '--header': '-H',
};
/** Without -f every answer is good for curl; with it none from 400 on. */
function fetch(words: readonly string[]): Recognised | undefined {
  const short = words.flatMap((word) => {
    const [name = '', value] = word.split(/=(.*)/s);
    return Object.hasOwn(LONG, name) ? [LONG[name]!, ...(value === undefined ? [] : [value])] : [word];
  });
  if (short.filter((word) => word === '-H').length > 1) return undefined;
  const options = optionsOf(short, 'fsSk', 'omH');
  const [written = '', ...more] = options?.operands ?? [];
  const url = /^https?:/.test(written) ? written : `http://${written}`;
  if (!options || more.length > 0 || 'problem' in parseProbeUrl(url, 'world') || /[{}[\]]/.test(url))
    return undefined;
  if (!['/dev/null', undefined].includes(options.found.get('o'))) return undefined;
  const [, header, value] = /^([A-Za-z0-9-]+):\s*([ -~]+)$/.exec(options.found.get('H') ?? '') ?? [];
  if (options.found.has('H') && header === undefined) return undefined;
  return {
    settings: [
      ['http', url],
      ...(options.found.has('f') ? [] : [['status', '100-599'] as const]),
      ...(header === undefined ? [] : [['headers', new Map([[header, value!]])] as const]),
      ...(options.found.has('k') && url.startsWith('https:') ? [['verify', false] as const] : []),
    ],
    timeoutMs: waitMs(options.found.get('m')),
  };
}
