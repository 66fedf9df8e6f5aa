import { type Spawn } from '../../core/ports.ts';

/** iputils' arping stays for a second after its packet, so many are there at once. */
const RUNNING_MAX = 96;
const WAITING_MAX = 256;
/** More than any of them says. */
const WORDS_LENGTH_MAX = 300;

export interface Announcement {
  readonly file: string;
  readonly args: readonly string[];
  /** Asked when its turn has come: telling the neighbours about a VIP that has left us would send them astray. */
  readonly wanted: () => boolean;
  /** Called when it has ended, with what it said on stderr. */
  readonly onEnd: (end: { exitCode: number; stderr: string }) => void;
}

export interface AnnounceQueue {
  /** False when there are too many: the next round comes soon, and a pile of late ones helps nobody. */
  add(announcement: Announcement): boolean;
  clear(): void;
}

/**
 * Starts announcements without waiting for them, one in each turn of the event loop: starting a process takes one to
 * two milliseconds of it, and a heartbeat must not wait for sixty of them.
 */
export function announceQueue(spawn: Spawn): AnnounceQueue {
  let waiting: Announcement[] = [];
  let running = 0;
  let scheduled = false;

  const schedule = () => {
    if (scheduled || waiting.length === 0 || running >= RUNNING_MAX) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const next = waiting.shift();
      if (next?.wanted()) start(next);
      schedule();
    });
  };

  const start = ({ file, args, onEnd }: Announcement) => {
    running += 1;
    let stderr = '';
    const child = spawn.start(
      file,
      args,
      {
        onStderr(line) {
          if (stderr.length < WORDS_LENGTH_MAX) stderr += `${line}\n`;
        },
        onEnd({ exitCode }) {
          running -= 1;
          onEnd({ exitCode, stderr });
          schedule();
        },
      },
      { detached: true },
    );
    child.endInput();
  };

  return {
    add(announcement) {
      if (waiting.length >= WAITING_MAX) return false;
      waiting.push(announcement);
      schedule();
      return true;
    },
    clear() {
      waiting = [];
    },
  };
}
