// Writes test/vectors/frame-v1.json and receive-v1.json, for review. Fixed seeds: the same files come out every time.
// After a release they are never edited: a new version of the wire gets new files beside them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { toHex } from '../src/wire/hex.ts';
import { actors, CLUSTER } from './vectors/actors.ts';
import { goodFrames } from './vectors/good-frames.ts';
import { refusedFrames } from './vectors/refused-frames.ts';
import { sequences } from './vectors/sequences.ts';

const FOLDER = join(import.meta.dirname, '../test/vectors');
const NEVER_EDITED = 'Never edited after a release: a new version of the wire gets a new file.';

const identities = Object.fromEntries(
  Object.entries(actors).map(
    ([
      name,
      {
        public: { id, line },
        signSeed,
        boxSecret,
      },
    ]) => [name, { id, signSeed: toHex(signSeed), boxSecret: toHex(boxSecret), line }],
  ),
);

async function write(name: string, content: object): Promise<void> {
  const path = join(FOLDER, name);
  const options = await resolveConfig(path);
  const text = await format(JSON.stringify(content), { ...options, parser: 'json' });
  const changed = !existsSync(path) || readFileSync(path, 'utf8') !== text;
  if (changed) writeFileSync(path, text);
  process.stderr.write(`${path}: ${changed ? 'written' : 'unchanged'}\n`);
}

const frames = {
  about: NEVER_EDITED,
  cluster: CLUSTER,
  identities,
  good: goodFrames(),
  refused: refusedFrames(),
};
await write('frame-v1.json', frames);
await write('receive-v1.json', { about: NEVER_EDITED, cluster: CLUSTER, identities, sequences: sequences() });
