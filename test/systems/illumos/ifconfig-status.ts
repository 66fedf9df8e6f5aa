import { broadcastOf, maskHex } from './address-text.ts';
import type { Family } from './address-text.ts';
import { FLAG, flagsText } from './flags.ts';
import { flagsOf, lifName, lifsOf } from './interfaces.ts';
import type { Condition, Lif } from './interfaces.ts';
import type { Machine } from './machine.ts';

/** One logical interface of one family: a block of its own. */
export function blockText(lif: Lif, condition: Condition, showsZones: boolean): string {
  const { on, zone } = lif;
  const lines = [
    `${lifName(lif)}: flags=${flagsText(flagsOf(lif, condition))} mtu ${on.mtu} index ${on.index}`,
    ...(zone !== undefined && showsZones ? [`\tzone ${zone}`] : []),
    `\t${addressText(lif)}`,
    ...(on.group !== undefined && lif.number === 0 ? [`\tgroupname ${on.group}`] : []),
    ...(on.mac !== '' && lif.number === 0 ? [`\tether ${on.mac} `] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function addressText({ on, address, prefixLength }: Lif): string {
  if (on.family === 6) return `inet6 ${address}/${prefixLength} `;
  const broadcast = on.kind === 'loopback' ? '' : `broadcast ${broadcastOf(address, prefixLength)}`;
  return `inet ${address} netmask ${maskHex(prefixLength)} ${broadcast}`;
}

/** What `-a`, `-a4`, `-a6`, `-au` and `-ad` choose. */
export interface Choice {
  readonly families: readonly Family[];
  readonly isUp: boolean | undefined;
}

export async function allBlocks({ kernel, setup }: Machine, { families, isUp }: Choice): Promise<string> {
  let text = '';
  for (const on of kernel.all().filter(({ family }) => families.includes(family))) {
    const condition = await kernel.conditionOf(on);
    for (const lif of lifsOf(on)) {
      if (isUp !== undefined && isUp !== ((flagsOf(lif, condition) & FLAG.UP) !== 0n)) continue;
      text += blockText(lif, condition, setup.zone !== 'shared');
    }
  }
  return text;
}
