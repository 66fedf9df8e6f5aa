import { close, constants, open, read } from 'node:fs';

/**
 * The beginning of a file as text. Never waits for a writer, as a pipe would have it. Rejects as the system says. By callbacks:
 * hundreds of these a second cost half of what they do as promises.
 */
export const readSome = (path: string, bytesMax: number): Promise<string> =>
  new Promise((resolve, reject) => {
    open(path, constants.O_RDONLY | constants.O_NONBLOCK, (openError, descriptor) => {
      if (openError) return reject(openError);
      read(descriptor, Buffer.allocUnsafe(bytesMax), 0, bytesMax, null, (readError, bytesRead, buffer) => {
        close(descriptor, () => undefined);
        if (readError) reject(readError);
        else resolve(buffer.toString('utf8', 0, bytesRead));
      });
    });
  });

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
