import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** The beginning of a file as text. Never waits for a writer, as a pipe would have it. Rejects as the system says. */
export async function readSome(path: string, bytesMax: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, null);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
