import type { CommandSettings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';
import type { CloudShape } from './cloud-shape.ts';
import { ownValue } from './parts.ts';

/** The `command` of a group without errors, in the words of core/settings.ts. */
export function commandOf(cloud: CloudShape, nodes: readonly { readonly name: NodeName }[]): CommandSettings {
  const { up, down, show, also, timeout, give_up, overlap } = cloud;
  const valuesOf = (node: string): Map<string, string> =>
    new Map(Object.entries(ownValue(cloud.values, node) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    up: up.commands,
    down: down?.commands ?? [],
    show: show && { command: show.command, expect: show.expect, everyMs: show.every },
    values: new Map(nodes.map(({ name }) => [name, valuesOf(name)])),
    also: also === 'none' ? undefined : also,
    timeoutMs: timeout,
    giveUpMs: give_up,
    overlap: overlap ?? down === undefined,
  };
}
