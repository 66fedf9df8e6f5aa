import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { configJsonSchema, type JsonSchema } from '../../src/config/json-schema.ts';
import { list, literal, macro, page, prose, word, type Item } from './mdoc.ts';
import { CONFIG_ABOUT, CONFIG_DESCRIPTION, CONFIG_EXAMPLES, MANUAL_DATE, SEE_ALSO_CONFIG } from './prose.ts';
import { typeOf } from './schema-words.ts';

const config = join(import.meta.dirname, '..', '..', 'config');

/** sealbeat.yaml(5): every key of the schema. */
export const configPage = (): string =>
  page({ name: 'sealbeat.yaml', number: 5, about: CONFIG_ABOUT, date: MANUAL_DATE }, [
    { title: 'DESCRIPTION', lines: prose(CONFIG_DESCRIPTION) },
    { title: 'KEYS', lines: mappingsIn(configJsonSchema()).flatMap(mappingLines) },
    {
      title: 'FILES',
      lines: [
        '.Bl -tag -width Ds',
        '.It Pa /etc/sealbeat/sealbeat.yaml',
        ...prose('The file, unless `--config` names another.'),
        '.El',
      ],
    },
    { title: 'EXAMPLES', lines: CONFIG_EXAMPLES.flatMap(exampleLines) },
    { title: 'SEE ALSO', lines: SEE_ALSO_CONFIG },
  ]);

interface Mapping {
  readonly path: readonly string[];
  readonly description: string;
  readonly keys: readonly (readonly [key: string, schema: JsonSchema, required: boolean])[];
}

/** All mappings with keys of ours, from the outside in; NAME stands for what the file gives a name to. */
function mappingsIn(schema: JsonSchema, path: readonly string[] = [], description = ''): readonly Mapping[] {
  const { properties, required = [], additionalProperties, items, anyOf = [] } = schema;
  const words = schema.description ?? description;
  const keys = Object.entries(properties ?? {});
  return [
    ...(keys.length === 0
      ? []
      : [
          {
            path,
            description: words,
            keys: keys.map(([key, value]) => [key, value, required.includes(key)] as const),
          },
        ]),
    ...keys.flatMap(([key, value]) => mappingsIn(value, [...path, key])),
    ...(typeof additionalProperties === 'object' ? mappingsIn(additionalProperties, [...path, 'NAME']) : []),
    ...(items ? mappingsIn(items, path, words) : []),
    ...anyOf.flatMap((one) => mappingsIn(one, path, words)),
  ];
}

function mappingLines(
  { path, description, keys }: Mapping,
  index: number,
  all: readonly Mapping[],
): readonly string[] {
  // A list of mappings, and a mapping with that list: said once.
  const name = path.join('.');
  const isAgain = all
    .slice(0, index)
    .some(
      (other) =>
        other.path.join('.') === name && keys.every(([key]) => other.keys.some(([one]) => one === key)),
    );
  if (isAgain) return [];
  return [
    ...(path.length === 0 ? [] : [macro('Ss', word(name))]),
    ...(path.length === 0 ? [] : prose(description)),
    ...list(keys.map(([key, schema, required]) => keyItem(key, schema, required))),
  ];
}

function keyItem(key: string, schema: JsonSchema, required: boolean): Item {
  const { description = '', default: standard, examples = [] } = schema;
  const facts = [
    capital(typeOf(schema)),
    ...(required ? ['Required'] : []),
    ...(standard === undefined || typeof standard === 'object' ? [] : [`Default: \`${inline(standard)}\``]),
    ...(standard === undefined && examples.length > 0
      ? [`For example ${examples.map((one) => `\`${inline(one)}\``).join(', or ')}`]
      : []),
  ];
  return {
    head: `Ic ${word(key)}`,
    body: [...prose(description), '.br', ...prose(`${facts.join('. ')}.`), ...choices(schema)],
  };
}

/** The words of a choice with their meanings, wherever in the schema they stand. */
function choices(schema: JsonSchema): readonly string[] {
  const choice = [schema, ...(schema.anyOf ?? [])].find((one) => one.enumDescriptions !== undefined);
  return list(
    (choice?.enum ?? []).map((one, index) => ({
      head: `Cm ${word(one)}`,
      body: prose(`${capital(choice?.enumDescriptions?.[index] ?? '')}.`),
    })),
  );
}

/** On one line; IPv6 addresses in quotes, as the page says that they have to stand. */
const inline = (value: unknown): string =>
  typeof value === 'string' && value !== ''
    ? value
    : stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false })
        .trim()
        .replace(/^""$/, "''")
        .replace(/(?<!\/\/\[)(?<=[[ ])[0-9a-f]+:[0-9a-f:]*:[0-9a-f/]+/g, "'$&'");

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** A file of config/ without its comments, and with keys that fit on a line. */
function exampleLines([sentence, file]: readonly [string, string], index: number): readonly string[] {
  const text = readFileSync(join(config, file), 'utf8')
    .replace(/^\s*#.*\n/gm, '')
    .replace(/ +# .*$/gm, '')
    .replace(/sealbeat1[a-z0-9]{212}/g, 'sealbeat1...')
    .replace(/\n{3,}/g, '\n\n');
  return [...(index === 0 ? [] : ['.Pp']), ...prose(sentence), ...literal(text.trim())];
}
