import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';

/** What may wait for a reader that does not read; then lines are left out and counted. */
const MAX_WAITING_BYTES = 256 * 1024;

/** Takes one whole line; false when it could not be taken. Never throws, never waits for a reader. */
export type LineWriter = (line: string) => boolean;

/**
 * Stderr without waiting. A plain write to a pipe whose reader has stopped (a full journal, a pager, Ctrl-S) blocks the
 * whole process, and with it the beats. A reader that is gone is not told anything any more.
 */
export function stderrWriter(fd = 2): LineWriter {
  let stat;
  try {
    stat = fstatSync(fd);
  } catch {
    return () => false; // started with stderr closed
  }
  return stat.isFIFO() || stat.isSocket() ? pipeWriter(fd) : fileWriter(fd, stat.isCharacterDevice());
}

/** Written at once as long as there is room in the pipe, so that the last words before a crash are seen. */
function pipeWriter(fd: number): LineWriter {
  // Not a second stream on descriptor 2: the event loop watches a descriptor for one of them only.
  const pipe: Writable = fd === 2 ? process.stderr : new Socket({ fd, readable: false, writable: true });
  let gone = false;
  pipe.on('error', () => (gone = true));
  return (line) => {
    if (gone || pipe.writableLength > MAX_WAITING_BYTES) return false;
    pipe.write(line);
    return true;
  };
}

function fileWriter(fd: number, isTerminal: boolean): LineWriter {
  const target = isTerminal ? reopened(fd) : fd;
  return (line) => {
    try {
      writeSync(target, line);
      return true;
    } catch {
      return false; // a full disk, a stopped or closed terminal
    }
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
