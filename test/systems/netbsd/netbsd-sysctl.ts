import type { Outcome } from '../model.ts';
import { attempt, strerror } from '../bsd/errno.ts';
import type { Command } from '../bsd/host.ts';
import { type Knobs, splitSetting, unknownLevel } from '../bsd/knobs.ts';

export interface SysctlOptions {
  readonly table: Knobs;
  readonly isPrivileged: boolean;
}

/** `sysctl [-nqw] name[=value] ...` */
export function netbsdSysctl(options: SysctlOptions): Command {
  return (args): Outcome => {
    const letters = args.filter((arg) => arg.startsWith('-')).join('');
    const outcomes = args.filter((arg) => !arg.startsWith('-')).map((arg) => one(arg, letters, options));
    return {
      rc: Math.max(0, ...outcomes.map(({ rc }) => rc)),
      stdout: outcomes.map(({ stdout }) => stdout).join(''),
      stderr: outcomes.map(({ stderr }) => stderr).join(''),
    };
  };
}

function one(arg: string, letters: string, { table, isPrivileged }: SysctlOptions): Outcome {
  const [name, text] = splitSetting(arg);
  const isBare = letters.includes('n');
  const knob = table.get(name);
  if (knob === undefined) return complaint(unknownText(name, table));
  if (text === undefined)
    return { rc: 0, stdout: `${isBare ? '' : `${name} = `}${knob.read()}\n`, stderr: '' };
  const before = knob.read();
  const refused = isPrivileged ? attempt(() => knob.write(Number(text))) : 'EPERM';
  if (refused !== undefined) return complaint(`${name}: sysctl() failed with ${strerror(refused)}`);
  const said = letters.includes('q') ? '' : `${isBare ? '' : `${name}: `}${before} -> ${knob.read()}\n`;
  return { rc: 0, stdout: said, stderr: '' };
}

const complaint = (sentence: string): Outcome => ({ rc: 1, stdout: '', stderr: `sysctl: ${sentence}\n` });

function unknownText(name: string, table: Knobs): string {
  const { level, part } = unknownLevel(name, table);
  return `${level} level name '${part}' in '${name}' is invalid`;
}
