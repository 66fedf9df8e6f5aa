import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
/** A link that somebody left in the draft's place must not lead the write elsewhere. */
const ANEW = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

/** Whole or not at all, also when the power fails in between. */
export async function replaceFile(directory: string, path: string, text: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, ANEW, 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
