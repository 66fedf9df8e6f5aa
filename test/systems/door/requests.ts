import { isUtf8 } from 'node:buffer';
import { readFileSync, rmSync } from 'node:fs';

/** One call of an executable. */
export interface Request {
  /** FIFO at which the caller waits. */
  readonly answer: string;
  readonly argv: readonly string[];
  /** `latin1` where the arguments are not UTF-8, so that every byte comes back as it went in. */
  readonly encoding: 'utf8' | 'latin1';
}

/** Takes pieces of the stream of requests as they come, and returns those that are complete. */
export function requestReader(): (piece: Buffer) => Request[] {
  let kept = Buffer.alloc(0);
  return (piece) => {
    kept = Buffer.concat([kept, piece]);
    const requests: Request[] = [];
    for (;;) {
      const head = fieldsOf(kept, 2);
      if (head === undefined) return requests;
      const [answer, count] = head.fields.map((field) => field.toString('utf8')) as [string, string];
      if (count === 'in-file') {
        requests.push(requestOf(answer, callInFile(`${answer}.call`)));
        kept = head.rest;
        continue;
      }
      const call = fieldsOf(head.rest, Number(count) + 1);
      if (call === undefined) return requests;
      requests.push(requestOf(answer, call.fields));
      kept = call.rest;
    }
  };
}

function requestOf(answer: string, words: readonly Buffer[]): Request {
  const encoding = words.every((word) => isUtf8(word)) ? 'utf8' : 'latin1';
  return { answer, argv: words.map((word) => word.toString(encoding)), encoding };
}

function callInFile(path: string): readonly Buffer[] {
  const bytes = readFileSync(path);
  rmSync(path);
  return fieldsOf(bytes, bytes.filter((byte) => byte === 0).length)?.fields ?? [];
}

/** The first fields, each of which ends with a zero byte; undefined while they are not all there. */
function fieldsOf(bytes: Buffer, count: number): { fields: Buffer[]; rest: Buffer<ArrayBuffer> } | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (fields.length < count) {
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    fields.push(bytes.subarray(at, end));
    at = end + 1;
  }
  return { fields, rest: Buffer.from(bytes.subarray(at)) };
}
