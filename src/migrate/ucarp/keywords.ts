import type { Verdict } from '../ledger.ts';

/** An option of ucarp, and what becomes of it. */
export interface UcarpOption {
  readonly long: string;
  readonly short: string;
  readonly takesValue: boolean;
  /** Behind `ucarp-` in interfaces(5), where it has a name there. */
  readonly stanza?: string;
  readonly verdict: Verdict;
  readonly says: string;
}

const option = (
  long: string,
  short: string,
  takesValue: boolean,
  stanza: string | undefined,
  verdict: Verdict,
  says: string,
): UcarpOption => ({
  long,
  short,
  takesValue,
  ...(stanza === undefined ? {} : { stanza }),
  verdict,
  says,
});

/** Those of ucarp 1.5.2, which is the last. */
export const OPTIONS: readonly UcarpOption[] = [
  option('interface', 'i', true, 'interface', 'taken', 'groups.NAME.interface'),
  option('srcip', 's', true, 'srcip', 'taken', 'nodes.NODE.paths'),
  option(
    'mcast',
    'm',
    true,
    'mcast',
    'ignored',
    'there is no multicast: heartbeats go to each node by its address',
  ),
  option('vhid', 'v', true, 'vid', 'changed', 'the name of the group; clusters cannot collide'),
  option(
    'pass',
    'p',
    true,
    'password',
    'ignored',
    'each node has a key; every heartbeat is signed and encrypted',
  ),
  option(
    'passfile',
    'o',
    true,
    'passfile',
    'ignored',
    'each node has a key; every heartbeat is signed and encrypted',
  ),
  option(
    'preempt',
    'P',
    false,
    'master',
    'taken',
    'groups.NAME.failback: automatic with it, mode: manual without',
  ),
  option('neutral', 'n', false, 'neutral', 'ignored', 'no address is taken down that was not there'),
  option('addr', 'a', true, 'vip', 'taken', 'groups.NAME.vips'),
  option('help', 'h', false, undefined, 'ignored', 'no part of a configuration'),
  option(
    'advbase',
    'b',
    true,
    'advbase',
    'changed',
    'heartbeat.interval is a quarter of it, heartbeat.timeout the time after which ucarp takes over',
  ),
  option(
    'advskew',
    'k',
    true,
    'advskew',
    'changed',
    'priority: 254 less the skew, because a small skew is preferred',
  ),
  option(
    'upscript',
    'u',
    true,
    'upscript',
    'changed',
    'the built-in adapter takes its place; as "adapter: script" it stands there in a comment',
  ),
  option(
    'downscript',
    'd',
    true,
    'downscript',
    'changed',
    'the built-in adapter takes its place; as "adapter: script" it stands there in a comment',
  ),
  option(
    'deadratio',
    'r',
    true,
    'deadratio',
    'changed',
    'heartbeat.timeout: so many advbase in the place of three',
  ),
  option(
    'shutdown',
    'z',
    false,
    'shutdown',
    'ignored',
    'always so: addresses are taken down when the agent ends',
  ),
  option('daemonize', 'B', false, undefined, 'ignored', 'the service manager keeps the process'),
  option(
    'ignoreifstate',
    'S',
    false,
    'ignoreifstate',
    'ignored',
    'a holder keeps its addresses for as long as it is heard',
  ),
  option(
    'nomcast',
    'M',
    false,
    'nomcast',
    'ignored',
    'there is no multicast: heartbeats go to each node by its address',
  ),
  option(
    'facility',
    'f',
    true,
    'facility',
    'ignored',
    'the log goes to standard error, from there to the journal or syslog',
  ),
  option(
    'xparam',
    'x',
    true,
    'xparam',
    'changed',
    'a word behind interface and address, in the comment with "adapter: script"',
  ),
];

export const byShort = (letter: string): UcarpOption | undefined =>
  OPTIONS.find(({ short }) => short === letter);
export const byStanza = (name: string): UcarpOption | undefined =>
  OPTIONS.find(({ stanza }) => stanza === name);

/** As getopt_long does, an unambiguous beginning is enough. */
export function byLong(name: string): UcarpOption | undefined {
  const exact = OPTIONS.find(({ long }) => long === name);
  if (exact || name === '') return exact;
  const found = OPTIONS.filter(({ long }) => long.startsWith(name));
  return found.length === 1 ? found[0] : undefined;
}
