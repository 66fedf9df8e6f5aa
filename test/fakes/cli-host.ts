import type { CliHost } from '../../src/cli/host.ts';
import type { HostInterfaces } from '../../src/config/host-rules.ts';
import { factsOf, firstLine, realPath } from '../../src/system/files.ts';
import { seededRandom } from './seeded-random.ts';
import { spokenHost } from './spoken.ts';

export interface FakeHostOptions {
  readonly answers?: readonly string[];
  readonly interfaces?: HostInterfaces;
  readonly promotes?: boolean;
  readonly platform?: NodeJS.Platform;
  readonly columns?: number;
  readonly seed?: string;
  readonly hostname?: string;
  /** Addresses that answer a ping. */
  readonly answering?: readonly string[];
}

/** A whole host that remembers what was said to it and asked of it; its files are real, its programs don't run. */
export function fakeHost({
  answers = [],
  interfaces = new Map(),
  promotes = true,
  platform = 'linux',
  columns = 80,
  seed = 'host',
  hostname = 'host',
  answering = [],
}: FakeHostOptions = {}): CliHost & {
  readonly outs: string[];
  readonly errs: string[];
  readonly asked: string[];
} {
  const asked: string[] = [];
  const left = [...answers];
  return {
    ...spokenHost(),
    asked,
    columns,
    platform,
    hostname,
    answersPing: (address) => Promise.resolve(answering.includes(address)),
    canAsk: answers.length > 0,
    ask(question) {
      asked.push(question);
      const answer = left.shift();
      return answer === undefined
        ? Promise.reject(new Error(`no answer to: ${question}`))
        : Promise.resolve(answer);
    },
    euid: process.geteuid?.() ?? 0,
    random: seededRandom(seed),
    exec: { run: (file) => Promise.reject(new Error(`${file} was run`)) },
    interfaces: () => interfaces,
    promotesSecondaries: () => promotes,
    files: { factsOf, firstLine, realPath },
  };
}
