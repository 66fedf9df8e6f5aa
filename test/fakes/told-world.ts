import type { World } from '../../src/cli/facts/world.ts';
import { OperatorError } from '../../src/core/errors.ts';
import type { Ran } from '../../src/core/ports.ts';
import type { StatusReport } from '../../src/core/report.ts';

export interface Told {
  /** The start of a command line → what it prints. What is not in it is not installed. */
  readonly programs?: Readonly<Record<string, Partial<Ran>>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly status?: StatusReport;
  readonly platform?: NodeJS.Platform;
  readonly euid?: number;
}

const missing: Ran = { exitCode: -1, stdout: '', stderr: '', timedOut: false, missing: true };

/** A host that is what it is told to be; every command that was run is in `ran`. */
export function toldWorld({
  programs = {},
  files = {},
  links = {},
  status,
  platform = 'linux',
  euid = 0,
}: Told): World & { readonly ran: readonly string[] } {
  const ran: string[] = [];
  return {
    ...{ ran, platform, euid },
    exec: {
      run(file, args) {
        const line = [file, ...args].join(' ');
        ran.push(line);
        const known = Object.keys(programs).find((start) => line.startsWith(start));
        const said =
          known === undefined ? missing : { ...missing, missing: false, exitCode: 0, ...programs[known] };
        return Promise.resolve(said);
      },
    },
    readText: (path) => files[path],
    list: (folder) => [
      ...new Set(
        Object.keys(files)
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => path.slice(folder.length + 1).split('/')[0]!),
      ),
    ],
    readLink: (path) => links[path],
    resolve: (host) => Promise.resolve(/^[\d.]+$|:/.test(host) ? host : undefined),
    portProblem: () => Promise.resolve(undefined),
    pause: () => Promise.resolve(),
    status(control) {
      if (status !== undefined) return Promise.resolve(status);
      const cause = Object.assign(new Error('none'), { code: 'ENOENT' });
      throw new OperatorError('CONTROL_UNREACHABLE', `there is no control socket at ${control}`, {
        hint: 'run',
        cause,
      });
    },
    agentPid: () => Promise.resolve(status === undefined ? undefined : 4_711),
  };
}
