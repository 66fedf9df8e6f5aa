import { type Vip } from '../../core/ports.ts';
import { vipKey } from '../address.ts';
import { type Arping, arpingArgs, wasSent } from '../announce/arping.ts';
import { NDPTOOL, ndptoolArgs } from './unsolicited-na.ts';

export interface Tools {
  readonly arping: Arping | undefined;
  readonly ndptool: boolean;
}

/** One process that sends one packet. */
export interface Telling {
  readonly key: string;
  readonly vip: Vip;
  readonly file: string;
  readonly args: readonly string[];
  readonly wasSent: (exitCode: number, stderr: string) => boolean;
}

/** All requests before the first reply: after the first half every neighbour has been told once. */
export function tellings(vips: readonly Vip[], { arping, ndptool }: Tools): readonly Telling[] {
  return (['request', 'reply'] as const).flatMap((form) =>
    vips.flatMap((vip): Telling[] => {
      const key = `${form} ${vipKey(vip)}`;
      if (vip.family === 6) {
        if (!ndptool || form === 'reply') return [];
        return [{ key, vip, file: NDPTOOL, args: ndptoolArgs(vip), wasSent: (exitCode) => exitCode === 0 }];
      }
      if (arping === undefined) return [];
      const { breed, command } = arping;
      const [file, ...args] = command;
      return [
        {
          ...{ key, vip, file, args: [...args, ...arpingArgs(breed, vip, form)] },
          wasSent: (exitCode, stderr) => wasSent(breed, exitCode, stderr),
        },
      ];
    }),
  );
}

export const hasTool = (family: 4 | 6, { arping, ndptool }: Tools): boolean =>
  family === 4 ? arping !== undefined : ndptool;

export const toolName = (family: 4 | 6, { arping }: Tools): string =>
  family === 6 ? NDPTOOL : `arping (${arping?.breed})`;
