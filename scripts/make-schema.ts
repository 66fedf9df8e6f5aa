// Writes config/sealbeat.schema.json, the JSON Schema of the config, from src/config/schema.ts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { configJsonSchema } from '../src/config/json-schema.ts';

const path = join(import.meta.dirname, '..', 'config', 'sealbeat.schema.json');
const style = await resolveConfig(path);
writeFileSync(path, await format(JSON.stringify(configJsonSchema()), { ...style, filepath: path }));
