import { OperatorError } from '../../core/errors.ts';
import { formatDuration } from '../../config/duration.ts';
import { parsePathUrl } from '../../config/path-url.ts';
import type { Cluster, Member } from '../../pairing/cluster.ts';
import type { InitOptions } from './options.ts';

const SHARED = ['vip', 'cluster', 'group', 'interval', 'timeout'] as const;

/** What all nodes have in common stands in the line. Throws OperatorError USAGE. */
export function refuseSharedAnswers(options: InitOptions): void {
  const given = SHARED.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  throw new OperatorError('USAGE', `--${given} comes with the line, so that it is the same on all nodes`, {
    hint: `leave out --${given}; to change it, edit the config when the nodes have met`,
  });
}

/** A config that is there says all; an option may repeat it and nothing else. Throws OperatorError REFUSED. */
export function refuseOtherAnswers(
  options: InitOptions,
  { cluster, self }: { readonly cluster: Cluster; readonly self: Member },
): void {
  const [path] = self.paths.map(parsePathUrl);
  const way = path && 'value' in path ? path.value : undefined;
  const rows: readonly (readonly [flag: string, given: string | undefined, written: string | undefined])[] = [
    ['--vip', options.vip?.join(' '), cluster.vips.join(' ')],
    ['--cluster', options.cluster, cluster.cluster],
    ['--group', options.group, cluster.group],
    ['--interval', options.interval, formatDuration(cluster.intervalMs)],
    ['--timeout', options.timeout, formatDuration(cluster.timeoutMs)],
    ['--name', options.name, self.name],
    ['--interface', options.interface, self.link],
    ['--address', options.address, way?.host],
    ['--transport', options.transport, way?.transport],
    ['--port', options.port, String(way?.port)],
  ];
  const other = rows.find(([, given, written]) => given !== undefined && given !== written);
  if (!other) return;
  const [flag, given, written] = other;
  throw new OperatorError(
    'REFUSED',
    `${options.config} says ${flag} ${written}, not ${given}; nothing is overwritten`,
    {
      hint: `edit the file; or to begin anew, move it away: mv ${options.config} ${options.config}.old`,
    },
  );
}
