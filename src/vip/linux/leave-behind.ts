import { type Clock, type Vip } from '../../core/ports.ts';
import { SECOND_MS } from '../../core/units.ts';
import { assertMayLeave, mayNotLeave } from '../leaving.ts';
import { replaceLine } from './ip-commands.ts';
import { type IpCoprocess } from './ip-coprocess.ts';
import { ipFailed } from './ip-failed.ts';
import { type Address } from './ip-json.ts';
import { type Links, addressIn, lookAt } from './links.ts';

interface LeavePorts {
  readonly ip: IpCoprocess;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** For a restart: their leases are lengthened. `mortal`: those that may vanish by themselves. */
export async function leaveBehind(
  ports: LeavePorts,
  vips: readonly Vip[],
  { leaseSeconds, mortal }: { leaseSeconds: number; mortal: ReadonlySet<Vip> },
): Promise<void> {
  const before = await lookAt(ports.ip, vips, ports.timeoutMs);
  for (const vip of vips) {
    const isThere = addressIn(vip, before)?.dadFailed === false;
    assertMayLeave(vip, { leaseSeconds, mayVanish: mortal.has(vip), isThere });
  }
  try {
    await lengthen(ports, vips, { before, leaseSeconds });
  } catch (problem) {
    await restore(ports, vips, before);
    throw problem;
  }
}

async function lengthen(
  { ip, clock, timeoutMs }: LeavePorts,
  vips: readonly Vip[],
  { before, leaseSeconds }: { before: Links; leaseSeconds: number },
): Promise<void> {
  const sinceMs = clock.nowMs();
  const lines = vips.map((vip) => replaceLine(vip, { leaseSeconds }));
  const [failure] = await ip.change(lines, { timeoutMs: Math.min(timeoutMs, lifeMs(vips, before)) });
  if (failure !== undefined) throw ipFailed(failure.line, failure.text);
  const links = await lookAt(ip, vips, timeoutMs);
  for (const vip of vips)
    assertLeft(vip, addressIn(vip, links), { leaseSeconds, sinceMs: clock.nowMs() - sinceMs });
}

/** As after a look before: those who renew them go on doing so. Where that fails too, the longer lease ends as well. */
async function restore({ ip, timeoutMs }: LeavePorts, vips: readonly Vip[], before: Links): Promise<void> {
  const lines = vips.map((vip) => {
    const { validSeconds = Infinity } = addressIn(vip, before) ?? {};
    return replaceLine(vip, { leaseSeconds: validSeconds === Infinity ? 0 : Math.max(1, validSeconds) });
  });
  await ip.change(lines, { timeoutMs: Math.min(timeoutMs, lifeMs(vips, before)) }).catch(() => {});
}

/** How long after that look a write cannot bring back an address that had expired meanwhile. */
const lifeMs = (vips: readonly Vip[], links: Links): number =>
  SECOND_MS * Math.min(...vips.map((vip) => addressIn(vip, links)?.validSeconds ?? Infinity));

/** Throws unless a look shows an end of its life that fits to a renewal which began `sinceMs` ago. */
function assertLeft(
  vip: Vip,
  address: Address | undefined,
  { leaseSeconds, sinceMs }: { leaseSeconds: number; sinceMs: number },
): void {
  // The kernel shows whole seconds, and the longest that can remain is the lease itself.
  const shortest = leaseSeconds - Math.ceil(sinceMs / SECOND_MS) - 1;
  const fits =
    address?.dynamic === true &&
    !address.dadFailed &&
    address.validSeconds <= leaseSeconds &&
    address.validSeconds >= shortest;
  if (!fits)
    throw mayNotLeave(
      vip,
      `ip reported success, but it does not end in ${leaseSeconds} s`,
      `see who else changes addresses of ${vip.link}: \`ip monitor address\``,
    );
}
