import { type Exec, type Vip } from '../../core/ports.ts';

/** Three programs share the name. */
export type Breed = 'iputils' | 'habets' | 'busybox';

export interface Arping {
  readonly breed: Breed;
  /** Program and arguments in front of ours. */
  readonly command: readonly [string, ...string[]];
}

const CANDIDATES: readonly (readonly [string, ...string[]])[] = [['arping'], ['busybox', 'arping']];

/** The first that is installed, told apart by what it says about itself, whatever its exit code. */
export async function findArping(exec: Exec): Promise<Arping | undefined> {
  for (const command of CANDIDATES) {
    const [file, ...args] = command;
    const ran = await exec.run(file, [...args, '-V'], { timeoutMs: 1_000 });
    const breed = ran.missing ? undefined : breedOf(`${ran.stdout}\n${ran.stderr}`);
    if (breed !== undefined) return { breed, command };
  }
  return undefined;
}

export function breedOf(versionText: string): Breed | undefined {
  if (/applet not found/.test(versionText)) return undefined;
  if (/^arping from iputils|^arping utility, iputils/m.test(versionText)) return 'iputils';
  if (/Thomas Habets/.test(versionText)) return 'habets';
  if (/BusyBox/.test(versionText)) return 'busybox';
  return undefined;
}

/**
 * One packet: a gratuitous ARP request, or the same as a reply. Some systems learn from the one, some from the other.
 * One packet a call, because iputils stays a second after each.
 */
export function arpingArgs(
  breed: Breed,
  { link, address }: Vip,
  form: 'request' | 'reply',
): readonly string[] {
  if (breed === 'habets') {
    const reply = form === 'reply' ? ['-P'] : [];
    return ['-q', '-U', ...reply, '-i', link, '-S', address, '-c', '1', '-w', '1', address];
  }
  return ['-q', form === 'request' ? '-U' : '-A', '-c', '1', '-I', link, address];
}

/** Whether the packet was sent. Habets' arping says 1 when nobody answered, which for an announcement is the rule. */
export function wasSent(breed: Breed, exitCode: number, stderr: string): boolean {
  return exitCode === 0 || (breed === 'habets' && exitCode === 1 && stderr.trim() === '');
}
