// Writes docs/losses.md: what the rules do about each loss, for each of what can be configured.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lossesPage } from './losses/page.ts';

writeFileSync(join(import.meta.dirname, '../docs/losses.md'), lossesPage());
