import type { AdapterName, GroupSettings } from '../../src/core/settings.ts';
import type { GroupId, GroupName, NodeName } from '../../src/core/units.ts';

export const NODE = 'lb1' as NodeName;

/** A group `web` whose node lb1 uses this adapter, for those who need no more of a config. */
export const groupOf = (adapter: AdapterName, more: Partial<GroupSettings> = {}): GroupSettings => ({
  name: 'web' as GroupName,
  id: '0011223344556677' as GroupId,
  vips: [],
  adapters: new Map([[NODE, adapter]]),
  script: undefined,
  command: undefined,
  carp: undefined,
  failback: { mode: 'auto', delayMs: 10_000 },
  announce: { method: 'auto', refreshMs: 60_000 },
  whenAllUnhealthy: 'best',
  damping: undefined,
  priority: new Map(),
  confirm: undefined,
  witness: undefined,
  fence: undefined,
  checks: [],
  hooks: [],
  ...more,
});
