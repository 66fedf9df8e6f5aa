import { closeSync, constants, openSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import type { Outcome } from '../model.ts';
import { quoted } from './executable.ts';

/** A caller that is not there after this long was killed. */
const PATIENCE_MS = 2_000;

/** The outcome as a line of sh that says it and ends the caller. */
export function answerText({ rc, stdout, stderr }: Outcome): string {
  const parts = [
    ...(stdout === '' ? [] : [`printf %s ${quoted(stdout)}`]),
    ...(stderr === '' ? [] : [`printf %s ${quoted(stderr)} >&2`]),
    `exit ${rc}`,
  ];
  return `${parts.join('; ')}\n`;
}

/** Writes to the caller's FIFO, and takes it away. Nothing happens when the caller has been killed meanwhile. */
export async function deliver(path: string, bytes: Buffer): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  const fifo = await openWhenRead(path, deadline);
  rmSync(path, { force: true });
  if (fifo === undefined) return;
  try {
    let sent = 0;
    while (sent < bytes.length && performance.now() < deadline) {
      const count = writeQuietly(fifo, bytes.subarray(sent));
      if (count === undefined) return;
      if (count === 0) await after(1);
      sent += count;
    }
  } finally {
    closeSync(fifo);
  }
}

/** Opening for writing fails until somebody has it open for reading, which the caller does right after its request. */
async function openWhenRead(path: string, deadline: number): Promise<number | undefined> {
  for (;;) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) !== 'ENXIO' || performance.now() > deadline) return undefined;
      await after(1);
    }
  }
}

/** How much was written, 0 while the pipe is full; undefined when nobody reads any more. */
function writeQuietly(fifo: number, bytes: Buffer): number | undefined {
  try {
    return writeSync(fifo, bytes);
  } catch (error) {
    return codeOf(error) === 'EAGAIN' ? 0 : undefined;
  }
}

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;
