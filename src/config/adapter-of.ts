import type { AdapterName } from '../core/settings.ts';
import { ownValue } from './parts.ts';
import type { GroupShape } from './schema.ts';

/** Said once, or per node; a node that is not named uses its system's own. */
export const adapterOf = ({ adapter }: Pick<GroupShape, 'adapter'>, node: string): AdapterName =>
  typeof adapter === 'string' ? adapter : (ownValue(adapter, node) ?? 'auto');
