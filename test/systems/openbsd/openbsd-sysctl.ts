import type { Outcome } from '../model.ts';
import { attempt, strerror } from '../bsd/errno.ts';
import type { Command } from '../bsd/host.ts';
import { type Knobs, splitSetting, unknownLevel } from '../bsd/knobs.ts';

export interface SysctlOptions {
  readonly table: Knobs;
  readonly isPrivileged: boolean;
  readonly unknownNameRc: 0 | 1;
}

/** `sysctl [-n] name[=value] ...` */
export function openbsdSysctl(options: SysctlOptions): Command {
  return (args): Outcome => {
    const isBare = args.includes('-n');
    const outcomes = args.filter((arg) => !arg.startsWith('-')).map((arg) => one(arg, isBare, options));
    return {
      rc: Math.max(0, ...outcomes.map(({ rc }) => rc)),
      stdout: outcomes.map(({ stdout }) => stdout).join(''),
      stderr: outcomes.map(({ stderr }) => stderr).join(''),
    };
  };
}

function one(arg: string, isBare: boolean, { table, isPrivileged, unknownNameRc }: SysctlOptions): Outcome {
  const [name, text] = splitSetting(arg);
  const knob = table.get(name);
  if (knob === undefined)
    return { rc: unknownNameRc, stdout: '', stderr: `sysctl: ${unknownText(name, table)}\n` };
  if (text === undefined) return { rc: 0, stdout: `${isBare ? '' : `${name}=`}${knob.read()}\n`, stderr: '' };
  const before = knob.read();
  const refused = isPrivileged ? attempt(() => knob.write(Number(text))) : 'EPERM';
  if (refused !== undefined) return { rc: 1, stdout: '', stderr: `sysctl: ${name}: ${strerror(refused)}\n` };
  return { rc: 0, stdout: isBare ? `${text}\n` : `${name}: ${before} -> ${knob.read()}\n`, stderr: '' };
}

function unknownText(name: string, table: Knobs): string {
  const { level, part } = unknownLevel(name, table);
  return `${level} level name ${part} in ${name} is invalid`;
}
