import type { AdapterName } from '../core/settings.ts';
import { ownValue } from './parts.ts';
import type { GroupShape } from './schema.ts';

/** Said once, or per node; a node that is not named uses its system's own. */
export const adapterOf = ({ adapter }: Pick<GroupShape, 'adapter'>, node: string): AdapterName =>
  typeof adapter === 'string' ? adapter : (ownValue(adapter, node) ?? 'auto');

/** The adapter that has the address on its interface: beside a cloud's commands another one; undefined for none. */
export function hostAdapterOf(
  group: Pick<GroupShape, 'adapter' | 'command'>,
  node: string,
): AdapterName | undefined {
  const adapter = adapterOf(group, node);
  if (adapter !== 'command') return adapter;
  const also = group.command?.also ?? 'auto';
  return also === 'none' ? undefined : also;
}
