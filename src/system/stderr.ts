import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** What may wait for a reader that does not read; then lines are left out and counted. */
const MAX_WAITING_BYTES = 256 * 1024;

/** Where lines go. Never throws, never waits for a reader. */
export interface LineWriter {
  /** One whole line; false when it could not be taken. */
  write(line: string): boolean;
  /** Settles when what was taken has left this process, or cannot leave it any more. May never settle. */
  drained(): Promise<void>;
}

/**
 * Stderr without waiting. A plain write to a pipe whose reader has stopped (a full journal, a pager, Ctrl-S) blocks the
 * whole process, and with it the beats. A reader that is gone is not told anything any more.
 */
export function stderrWriter(fd = 2): LineWriter {
  let stat;
  try {
    stat = fstatSync(fd);
  } catch {
    return { write: () => false, drained: () => Promise.resolve() }; // started with stderr closed
  }
  return stat.isFIFO() || stat.isSocket() ? pipeWriter(fd) : fileWriter(fd, stat.isCharacterDevice());
}

/** Written at once as long as there is room in the pipe, so that the last words before a crash are seen. */
function pipeWriter(fd: number): LineWriter {
  // Not a second stream on descriptor 2: the event loop watches a descriptor for one of them only.
  const pipe: Writable = fd === 2 ? process.stderr : new Socket({ fd, readable: false, writable: true });
  let gone = false;
  pipe.on('error', () => (gone = true));
  return {
    write(line) {
      if (gone || pipe.writableLength > MAX_WAITING_BYTES) return false;
      pipe.write(line);
      return true;
    },
    drained: () =>
      new Promise((resolve) => {
        if (gone || pipe.writableLength === 0) return resolve();
        pipe.once('drain', resolve).once('error', () => resolve());
        pipe.write('', () => resolve());
      }),
  };
}

function fileWriter(fd: number, isTerminal: boolean): LineWriter {
  const target = isTerminal ? reopened(fd) : fd;
  return {
    write(line) {
      try {
        writeSync(target, line);
        return true;
      } catch {
        return false; // a full disk, a stopped or closed terminal
      }
    },
    drained: () => Promise.resolve(),
  };
}

/** The same terminal through an opening of our own, so that not waiting is not forced on the shell that shares it. */
function reopened(fd: number): number {
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return fd; // no /proc here, or somebody else's terminal
  }
}
