import { type Exec, type Vip } from '../../core/ports.ts';

/**
 * `ndptool` of libndp sends what RFC 4861, 7.2.6 asks for (seen with tcpdump): to ff02::1, hop limit 255, target VIP,
 * override flag, target link-layer address; from the interface's link-local address. It ends within 3 ms.
 */
export const NDPTOOL = 'ndptool';

export function ndptoolArgs({ link, address }: Vip): readonly string[] {
  return ['-t', 'na', '-U', '-i', link, '-T', address, 'send'];
}

export async function hasNdptool(exec: Exec): Promise<boolean> {
  const ran = await exec.run(NDPTOOL, ['-h'], { timeoutMs: 1_000 });
  return !ran.missing && /--unsolicited/.test(`${ran.stdout}${ran.stderr}`);
}
