import { isAbsolute } from 'node:path';

/** Where every Linux has them: /bin and /usr/bin are one folder today, and hold the same names on older systems. */
const WELL_KNOWN: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...['/bin/bash', '/bin/cat', '/bin/false', '/bin/grep', '/bin/kill', '/bin/nc', '/bin/ping'],
    ...['/bin/sh', '/bin/systemctl', '/bin/true', '/sbin/ip'],
    ...['/usr/bin/curl', '/usr/bin/killall', '/usr/bin/pgrep', '/usr/bin/pidof', '/usr/bin/test'],
    ...['/usr/bin/python3', '/usr/bin/perl', '/usr/bin/wget', '/usr/bin/logger'],
  ].map((path) => [path.slice(path.lastIndexOf('/') + 1), path]),
);

/** Undefined where only a search through PATH would tell. */
export const absoluteProgram = (program: string): string | undefined =>
  isAbsolute(program) ? program : Object.hasOwn(WELL_KNOWN, program) ? WELL_KNOWN[program] : undefined;

export const baseName = (program: string): string => program.slice(program.lastIndexOf('/') + 1);
