import type { JsonSchema } from '../../src/config/json-schema.ts';

/** What a value looks like, by the pattern that the schema has for it. */
const PATTERNS: readonly (readonly [start: string, one: string, several: string])[] = [
  ['^off$|^[0-9]+', 'a duration in whole seconds, or `off`', 'durations in whole seconds, or `off`'],
  ['^[0-9]+(\\.', 'a duration', 'durations'],
  ['^\\s*sealbeat1', 'a public line', 'public lines'],
  ['^(udp|tcp)://', 'a path', 'paths'],
  ['^(tcp|ssh|ping', 'a probe', 'probes'],
  ['^https?://', 'a URL', 'URLs'],
  ['^/.', 'an absolute path', 'absolute paths'],
  ['^[0-9a-fA-F.:]+', 'an address', 'addresses'],
  ['^[a-z0-9]([a-z0-9-]*', 'a name', 'names'],
];

/** The type of a value in words, for instance "a list of addresses". */
export const typeOf = (schema: JsonSchema): string => either(kindsOf(schema, ONE));

/** How a kind is said, of one or of several. */
type Saying = (one: string, several: string) => string;
const ONE: Saying = (one) => one;
const SEVERAL: Saying = (_one, several) => several;

function kindsOf(schema: JsonSchema, say: Saying): readonly string[] {
  const { type, anyOf, items, pattern, properties, additionalProperties } = schema;
  if (anyOf) return anyOf.flatMap((one) => kindsOf(one, say));
  if (schema.enum) {
    const words = schema.enum.map((one) => `\`${one}\``).join(', ');
    return [say(`one of ${words}`, 'these words')];
  }
  if (items) {
    const entries = kindsOf(items, SEVERAL).join(' or ');
    return [say(`a list of ${entries}`, `lists of ${entries}`)];
  }
  if (properties) return [say('a mapping', 'mappings')];
  if (typeof additionalProperties === 'object') {
    const values = either(kindsOf(additionalProperties, SEVERAL));
    return [say(`a mapping of names to ${values}`, `mappings of names to ${values}`)];
  }
  if (type === 'integer') return [say('a whole number', 'whole numbers')];
  if (type === 'boolean') return [say('`true` or `false`', 'true or false')];
  const found = PATTERNS.find(([start]) => pattern?.startsWith(start));
  return [found ? say(found[1], found[2]) : say('text', 'words')];
}

const either = (kinds: readonly string[]): string => [...new Set(kinds)].join(', or ');
