import { isAbsolute } from 'node:path';
import { textAs } from './value-shapes.ts';

/** The daemon's working directory is nobody's business, so a relative path would mean nothing. */
export const absoluteFile = (example: string) =>
  textAs('the absolute path of a file', '^/.', (text) =>
    isAbsolute(text) && !/\p{Cc}/u.test(text)
      ? { value: text }
      : {
          problem: `"${text}" is not an absolute path; write for instance /etc/sealbeat/${fileName(text) ?? example}`,
        },
  );

const fileName = (text: string): string | undefined => /[^/\p{Cc}]+$/u.exec(text)?.[0];
