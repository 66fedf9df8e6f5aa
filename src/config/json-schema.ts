import * as z from 'zod/mini';
import { fileShape } from './schema.ts';
import { docs } from './value-shapes.ts';

/** The part of JSON Schema that the config's shape needs. */
export interface JsonSchema {
  readonly $id?: string;
  readonly title?: string;
  readonly type?: string;
  readonly description?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/** What editors check and complete the config with; scripts/make-schema.ts writes it to config/sealbeat.schema.json. */
export const configJsonSchema = (): JsonSchema => ({
  // Relative: it is wherever the file is, and names no place that somebody would have to keep.
  $id: 'sealbeat.schema.json',
  title: 'Configuration of sealbeat',
  ...(z.toJSONSchema(fileShape, {
    ...{ io: 'input', metadata: docs, reused: 'inline' },
    override({ zodSchema, jsonSchema }) {
      // zod leaves these out where text is transformed, as they might be examples of the outcome; ours are of the text.
      const examples = docs.get(zodSchema)?.examples;
      if (examples) jsonSchema.examples = [...examples];
    },
  }) as JsonSchema),
});

type Path = readonly PropertyKey[];

/** The keys that the file may have at a place, in the order of the schema. */
export function keysAllowedAt(path: Path): readonly string[] {
  const here = path.reduce<readonly JsonSchema[]>(
    (schemas, step) => schemas.flatMap((schema) => below(schema, step)),
    [configJsonSchema()],
  );
  return here.flatMap(alternatives).flatMap(({ properties }) => Object.keys(properties ?? {}));
}

/** Where else a key of this name belongs, for instance `heartbeat.interval`. Groups and nodes have names of their own. */
export function placesOfKey(name: string): readonly string[] {
  const places: string[] = [];
  const search = (schema: JsonSchema, path: readonly string[]): void => {
    for (const { properties, additionalProperties } of alternatives(schema)) {
      for (const [key, value] of Object.entries(properties ?? {})) {
        if (key === name) places.push([...path, key].join('.'));
        search(value, [...path, key]);
      }
      if (typeof additionalProperties === 'object') search(additionalProperties, [...path, 'NAME']);
    }
  };
  search(configJsonSchema(), []);
  return places;
}

const alternatives = (schema: JsonSchema): readonly JsonSchema[] => [schema, ...(schema.anyOf ?? [])];

const below = (schema: JsonSchema, step: PropertyKey): readonly JsonSchema[] =>
  alternatives(schema).flatMap(({ properties, additionalProperties, items }) =>
    [
      typeof step === 'string' ? properties?.[step] : undefined,
      typeof additionalProperties === 'object' ? additionalProperties : undefined,
      items,
    ].filter((found) => found !== undefined),
  );
