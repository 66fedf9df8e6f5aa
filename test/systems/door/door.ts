import { spawnSync } from 'node:child_process';
import { chmodSync, constants, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Outcome } from '../model.ts';
import { answerText, deliver } from './answer.ts';
import { executableText, mkfifoPath, requestsIn } from './executable.ts';
import { startKeeper } from './keeper.ts';
import { requestReader } from './requests.ts';
import type { Request } from './requests.ts';

/** Commands as executables, carried out by this process. */
export interface Door {
  /** To be put first on a PATH. */
  readonly binFolder: string;
  /** Calls that wait, and later ones, fail with a sentence. */
  close(): void;
}

export interface DoorParts {
  /** Must exist; holds everything that belongs to the door. */
  readonly folder: string;
  readonly commands: readonly string[];
  run(argv: readonly string[]): Promise<Outcome>;
}

export function openDoor({ folder, commands, run }: DoorParts): Door {
  const mkfifo = mkfifoPath();
  const binFolder = join(folder, 'bin');
  mkdirSync(binFolder);
  const made = spawnSync(mkfifo, ['-m', '666', requestsIn(folder)]);
  if (made.status !== 0) throw new Error(`mkfifo: ${made.stderr}`);
  for (const name of commands) {
    const path = join(binFolder, name);
    writeFileSync(path, executableText(name, folder, mkfifo));
    chmodSync(path, 0o755);
  }

  const keeper = startKeeper(folder);
  const read = requestReader();
  // Open for writing too, or the stream would end with the first caller.
  const fd = openSync(requestsIn(folder), constants.O_RDWR | constants.O_NONBLOCK);
  const requests = new Socket({ fd, readable: true, writable: false });
  requests.on('data', (piece: Buffer) => {
    for (const request of read(piece)) void serve(request, run);
  });
  return {
    binFolder,
    close() {
      keeper.shut();
      requests.destroy();
    },
  };
}

async function serve({ argv, answer, encoding }: Request, run: DoorParts['run']): Promise<void> {
  const outcome = await run(argv).catch((error: unknown) => brokenOutcome(error));
  await deliver(answer, Buffer.from(answerText(outcome), encoding));
}

/** An exception is a fault of the model, which a test should get to read. */
const brokenOutcome = (error: unknown): Outcome => ({
  ...{ rc: 70, stdout: '' },
  stderr: `${error instanceof Error ? error.stack : String(error)}\n`,
});
