import type { Vip } from '../../core/ports.ts';
import type { Failures } from './acts.ts';
import { foundOn, isThere, type Links } from './found.ts';
import { stillThere } from './not-as-asked.ts';
import type { Parts } from './parts.ts';
import { assertNotForeign } from './usable.ts';

/** Look, remove what is there, look again. */
export async function takeDown(parts: Parts, vips: readonly Vip[]): Promise<void> {
  const { looks, holding, tools } = parts;
  const before = await looks.at(vips);
  for (const vip of vips) assertNotForeign(vip, before.get(vip.link), parts);
  const there = vips.filter((vip) => isThere(vip, before));
  if (there.length > 0) {
    const failures = await removeFound(parts, there, before);
    const links = await looks.at(there);
    for (const vip of there) if (isThere(vip, links)) throw stillThere(vip, failures.get(vip), tools);
  }
  await holding.drop(vips);
}

/** An address can stand there twice, in use and as what a failed attempt left behind. */
export function removeFound({ acts, tools }: Parts, vips: readonly Vip[], links: Links): Promise<Failures> {
  return acts.remove(vips, (vip) =>
    foundOn(vip, links.get(vip.link)).flatMap((found) => tools.removeCommands(vip, found)),
  );
}
