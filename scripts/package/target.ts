import { arch, platform } from 'node:process';

/** A system and a processor that a binary is made for. */
export interface Target {
  /** As Node calls them: `linux`, `sunos`, `freebsd`; `x64`, `arm64`. */
  readonly platform: string;
  readonly arch: string;
}

/** Those for which npm has Node's own binaries, so that one machine makes them all. */
const FROM_ANYWHERE: readonly Target[] = [
  { platform: 'linux', arch: 'x64' },
  { platform: 'linux', arch: 'arm64' },
];

export const here: Target = { platform, arch };

export const nameOf = (target: Target): string => `${target.platform}-${target.arch}`;

export const isHere = (target: Target): boolean => nameOf(target) === nameOf(here);

/** Where no target is named: on Linux all that can be made there, elsewhere the machine's own. */
export function targetsFrom(names: readonly string[]): readonly Target[] {
  if (names.length === 0) return platform === 'linux' ? FROM_ANYWHERE : [here];
  return names.map((name) => {
    const found = [...FROM_ANYWHERE, here].find((target) => nameOf(target) === name);
    if (found === undefined) {
      const known = new Set([...FROM_ANYWHERE, here].map(nameOf));
      throw new Error(`cannot make a binary for ${name} on this machine, only for ${[...known].join(', ')}`);
    }
    return found;
  });
}
