// Writes docs/man/, the manual pages: commands from the program, keys from the schema, the rest from scripts/manual/prose.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manualPages } from './manual/pages.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'man');
mkdirSync(folder, { recursive: true });
for (const [file, text] of await manualPages()) writeFileSync(join(folder, file), text);
