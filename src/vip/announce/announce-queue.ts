import { type Child, type Clock, type Spawn } from '../../core/ports.ts';
import { type MonoMs, after } from '../../core/units.ts';

/** iputils' arping stays for a second after its packet, so many are there at once. */
const RUNNING_MAX = 96;
const WAITING_MAX = 256;
/** Its packet is sent within a few: one that stays longer is ended when others wait for its place. */
const LINGER_MS = 300;
/** More than any of them says. */
const WORDS_LENGTH_MAX = 300;

export interface Announcement {
  readonly file: string;
  readonly args: readonly string[];
  /** Asked when its turn has come: telling the neighbours about a VIP that has left us would send them astray. */
  readonly wanted: () => boolean;
  /** Called when it has ended, with what it said on stderr; not when it was ended for lingering. */
  readonly onEnd: (end: { exitCode: number; stderr: string }) => void;
}

export interface AnnounceQueue {
  /** False when there are too many: the next round comes soon, and a pile of late ones helps nobody. */
  add(announcement: Announcement): boolean;
  clear(): void;
}

interface Running {
  readonly startedAt: MonoMs;
  child?: Child;
  lingered: boolean;
}

/**
 * Starts announcements without waiting for them, one in each turn of the event loop: starting a process takes one to
 * two milliseconds of it, and a heartbeat must not wait for sixty of them.
 */
export function announceQueue(spawn: Spawn, clock: Clock): AnnounceQueue {
  let waiting: Announcement[] = [];
  /** The oldest first. */
  const running = new Set<Running>();
  let scheduled = false;
  let makingRoom = false;

  const schedule = () => {
    if (scheduled || waiting.length === 0) return;
    if (running.size >= RUNNING_MAX) return makeRoom();
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const next = waiting.shift();
      if (next?.wanted()) start(next);
      schedule();
    });
  };

  const makeRoom = () => {
    const oldest = [...running].find(({ lingered }) => !lingered);
    if (makingRoom || oldest === undefined) return;
    makingRoom = true;
    clock.wakeAt(after(oldest.startedAt, LINGER_MS), () => {
      makingRoom = false;
      if (waiting.length === 0 || !running.has(oldest)) return schedule();
      oldest.lingered = true;
      oldest.child?.kill();
      schedule();
    });
  };

  const start = ({ file, args, onEnd }: Announcement) => {
    const one: Running = { startedAt: clock.nowMs(), lingered: false };
    running.add(one);
    let stderr = '';
    one.child = spawn.start(
      file,
      args,
      {
        onStderr(line) {
          if (stderr.length < WORDS_LENGTH_MAX) stderr += `${line}\n`;
        },
        onEnd({ exitCode }) {
          running.delete(one);
          if (!one.lingered) onEnd({ exitCode, stderr });
          schedule();
        },
      },
      { detached: true },
    );
    one.child.endInput();
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
