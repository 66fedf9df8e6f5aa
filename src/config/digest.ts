import { createHash } from 'node:crypto';
import type { Settings } from '../core/settings.ts';

/**
 * First 8 bytes of SHA-512, as 16 hex digits, over the meaning as JSON without spaces. What doesn't change the meaning
 * doesn't change the digest: comments, quotes, the order of keys, nodes, groups and addresses, a default written out,
 * an interface said once or per node. The order of paths and of keys does mean something.
 */
export function digestOf(settings: Omit<Settings, 'digest'>): string {
  const { cluster, heartbeat, leaseSeconds, nodes, groups } = settings;
  const meaning = [
    'sealbeat 1 config',
    cluster,
    [heartbeat.intervalMs, heartbeat.timeoutMs, heartbeat.startupMs, heartbeat.unprovenMs, leaseSeconds],
    nodes.map(({ name, keys, paths, priority }) => [
      name,
      keys.map(({ signKey, boxKey }) => Buffer.concat([signKey, boxKey]).toString('hex')),
      paths.map(({ transport, host, port }) => [transport, host, port]),
      priority,
    ]),
    groups.map(({ name, vips, adapter, failback, announce, priority }) => [
      name,
      sorted(
        vips.map(({ address, prefixLength, label, interfaces }) => [
          address,
          prefixLength,
          label,
          sorted([...interfaces]),
        ]),
      ),
      adapter,
      [failback.mode, failback.delayMs],
      [announce.method, announce.refreshMs],
      sorted([...priority]),
    ]),
  ];
  return createHash('sha512').update(JSON.stringify(meaning)).digest('hex').slice(0, 16);
}

/** By their JSON, in the order of code units: the same on every system and in every locale. */
function sorted(items: readonly unknown[]): unknown[] {
  const keyed = items.map((item) => ({ key: JSON.stringify(item), item }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ item }) => item);
}
