import { join } from 'node:path';
import type { ScriptSettings } from '../../../src/core/settings.ts';
import { standIn } from '../lab.ts';

/** An operator's programs that keep an address as a file, and note each of their calls. */
export interface Scripts {
  readonly settings: ScriptSettings;
  /** Where an address is a file: `FOLDER/eth0_10.0.0.42`. */
  fileOf(vip: { readonly link: string; readonly address: string }): string;
  readonly calls: string;
}

/** `${…}` in `upFirst` and so on runs before the work; a link that begins with "nosuch" is refused. */
export function scriptsIn(
  folder: string,
  {
    show = true,
    upFirst = '',
    downFirst = '',
    showFirst = '',
    ...rest
  }: Partial<Omit<ScriptSettings, 'show'>> & {
    show?: boolean;
    upFirst?: string;
    downFirst?: string;
    showFirst?: string;
  } = {},
): Scripts {
  const begin = (verb: string, first: string): string => `
folder=${folder}
echo "${verb} $* ($SEALBEAT_GROUP $SEALBEAT_NODE $SEALBEAT_EPOCH)" >> "$folder/calls"
file=$folder/$1_$2
${first}
`;
  const up = `${begin('up', upFirst)}
case $1 in nosuch*) echo "$1: no such interface" >&2; exit 2 ;; esac
: > "$file"`;
  const down = `${begin('down', downFirst)}
rm -f "$file"`;
  const shows = `${begin('show', showFirst)}
[ -e "$file" ]`;
  return {
    settings: {
      up: [standIn(folder, 'vip-up', up)],
      down: [standIn(folder, 'vip-down', down)],
      show: show ? [standIn(folder, 'vip-show', shows)] : undefined,
      timeoutMs: 10_000,
      overlap: false,
      ...rest,
    },
    fileOf: ({ link, address }) => join(folder, `${link}_${address}`),
    calls: join(folder, 'calls'),
  };
}
