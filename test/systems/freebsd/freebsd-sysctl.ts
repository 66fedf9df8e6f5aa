import type { Outcome } from '../model.ts';
import { attempt, strerror } from '../bsd/errno.ts';
import type { Command } from '../bsd/host.ts';
import { type Knob, type Knobs, splitSetting } from '../bsd/knobs.ts';
import type { FreebsdVariants } from './freebsd-variants.ts';

export interface SysctlOptions {
  readonly table: Knobs;
  readonly isPrivileged: boolean;
  readonly unknownOid: FreebsdVariants['unknownOid'];
}

interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** `sysctl [-n] name[=value] ...`; the exit code is the number of names that failed. */
export function freebsdSysctl(options: SysctlOptions): Command {
  return (args): Outcome => {
    const isBare = args.includes('-n');
    const said = args.filter((arg) => !arg.startsWith('-')).map((arg) => one(arg, isBare, options));
    return {
      rc: said.filter(({ stderr }) => stderr !== '').length,
      stdout: said.map(({ stdout }) => stdout).join(''),
      stderr: said.map(({ stderr }) => stderr).join(''),
    };
  };
}

function one(arg: string, isBare: boolean, { table, isPrivileged, unknownOid }: SysctlOptions): Said {
  const [name, text] = splitSetting(arg);
  const label = isBare ? '' : `${name}: `;
  const knob = table.get(name);
  if (knob === undefined)
    return subtree(name, text, isBare, table) ?? complaint(unknownText(name, unknownOid));
  if (text === undefined) return { stdout: `${label}${knob.read()}\n`, stderr: '' };
  const value = Number(text);
  if (!Number.isInteger(value)) return complaint(`invalid integer '${text}'`);
  const before = knob.read();
  const refused = isPrivileged ? attempt(() => knob.write(value)) : 'EPERM';
  if (refused !== undefined)
    return { stdout: `${label}${before}\n`, stderr: `sysctl: ${arg}: ${strerror(refused)}\n` };
  return { stdout: `${label}${before} -> ${knob.read()}\n`, stderr: '' };
}

/** A name that stands for all those below it. */
function subtree(name: string, text: string | undefined, isBare: boolean, table: Knobs): Said | undefined {
  const below = [...table].filter(([full]) => full.startsWith(`${name}.`));
  if (text !== undefined || below.length === 0) return undefined;
  const line = ([full, { read }]: [string, Knob]): string => `${isBare ? '' : `${full}: `}${read()}\n`;
  return { stdout: below.map(line).join(''), stderr: '' };
}

const complaint = (sentence: string): Said => ({ stdout: '', stderr: `sysctl: ${sentence}\n` });

const unknownText = (name: string, how: FreebsdVariants['unknownOid']): string =>
  how === 'quoted' ? `unknown oid '${name}'` : `unknown oid '${name}': ${strerror('ENOENT')}`;
