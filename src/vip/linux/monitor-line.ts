export type MonitorLine =
  | { readonly kind: 'address'; readonly gone: boolean; readonly link: string; readonly address: string }
  | { readonly kind: 'link'; readonly link: string; readonly carrier: boolean };

/*
 * What `ip -o monitor address link` writes:
 *   [TIME] [ADDR]Deleted 2: v0    inet 10.77.0.100/32 scope global v0:vip\  valid_lft …
 *   [TIME] [LINK]2: v0@if2: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 …
 * The bracketed parts only with -ts and `label`. A release that writes JSON starts its lines with { or [{.
 */
const LINE = /^(?:\[[^\]{]*\] ?)*(Deleted )?\d+: ([^\s:@]+)(?:@[^\s:]+)?(?::\s+<([^>]*)>|\s+inet6? (\S+))/;

/** `address` is as the kernel spells it, with its prefix length. Undefined for any other line. */
export function parseMonitorLine(line: string): MonitorLine | undefined {
  const [matched, deleted, link, flagList, address] = LINE.exec(line) ?? [];
  if (matched === undefined || link === undefined) return undefined;
  const gone = deleted !== undefined;
  if (address !== undefined) return { kind: 'address', gone, link, address };
  const flags = (flagList ?? '').split(',');
  return {
    kind: 'link',
    link,
    carrier: !gone && flags.includes('LOWER_UP') && !flags.includes('NO-CARRIER'),
  };
}
