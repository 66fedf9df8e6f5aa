/** Interface flags of net/if.h, as far as they occur here. */
export const FLAG = {
  UP: 0x1n,
  BROADCAST: 0x2n,
  LOOPBACK: 0x8n,
  RUNNING: 0x40n,
  MULTICAST: 0x800n,
  PRIVATE: 0x8000n,
  DEPRECATED: 0x4_0000n,
  IPv4: 0x100_0000n,
  IPv6: 0x200_0000n,
  NOFAILOVER: 0x800_0000n,
  FAILED: 0x1000_0000n,
  VIRTUAL: 0x20_0000_0000n,
  DUPLICATE: 0x40_0000_0000n,
  IPMP: 0x80_0000_0000n,
} as const;

/** `1000843<UP,BROADCAST,RUNNING,MULTICAST,IPv4>`: the names stand in the order of their bits. */
export function flagsText(flags: bigint): string {
  const names = Object.entries(FLAG)
    .filter(([, bit]) => (flags & bit) !== 0n)
    .map(([name]) => name);
  return `${flags.toString(16)}<${names.join()}>`;
}
