import type { CheckAnswer } from '../core/checks/standing.ts';
import type { Exec } from '../core/ports.ts';
import { codeOf, readSome } from './read-some.ts';
import { askTool, type Asking } from './tool.ts';
import { bad, good, lastLine, unclear } from './words.ts';

const SYSFS = '/sys/class/net';

/** Linux: the kernel says 1 or 0 of one that is up, and refuses for one that is not. */
export async function askCarrierOfLinux(link: string, folder: string = SYSFS): Promise<CheckAnswer> {
  try {
    const said = (await readSome(`${folder}/${link}/carrier`, 16)).trim();
    return said === '1' ? good('has a carrier') : bad('has no carrier');
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return bad('there is no such interface');
    return code === 'EINVAL' ? bad('is down') : unclear(`cannot be read: ${code}`);
  }
}

const HEADER = /^(\S+?): flags=(?:0x)?[0-9a-f]+<([^>]*)>/im;
const DARK = new Set(['no carrier', 'no network']);

/**
 * Elsewhere: the BSDs have a line `status:` for whatever can tell. illumos has none, and takes RUNNING away from an interface
 * without a carrier, which on the BSDs says only that its driver runs.
 */
export async function askCarrierByIfconfig(
  link: string,
  exec: Exec,
  platform: NodeJS.Platform,
  asking: Asking,
): Promise<CheckAnswer> {
  const ask = (...more: readonly string[]) =>
    askTool(exec, ['ifconfig', link, ...more], asking, ({ exitCode, stdout, stderr }) => {
      const flags = HEADER.exec(stdout)?.[2]?.split(',');
      if (exitCode === 0 && flags !== undefined) return carrierIn(flags, stdout, platform);
      const words = lastLine(stderr).replace(/^ifconfig: /, '');
      return /no such interface|does not exist|no such device|device not configured/i.test(words)
        ? bad('there is no such interface')
        : unclear(words || `ifconfig ended with exit code ${exitCode}`);
    });
  const answer = await ask();
  // illumos knows one interface twice, and one that has only IPv6 is not there for IPv4.
  return platform === 'sunos' && answer.said === 'bad' && answer.text.startsWith('there is no')
    ? ask('inet6')
    : answer;
}

function carrierIn(flags: readonly string[], listing: string, platform: NodeJS.Platform): CheckAnswer {
  if (!flags.includes('UP')) return bad('is down');
  const status = /^\s+status: (.*)$/m.exec(listing)?.[1]?.trim() ?? '';
  const isDark = DARK.has(status) || (platform === 'sunos' && !flags.includes('RUNNING'));
  return isDark ? bad('has no carrier') : good('has a carrier');
}
