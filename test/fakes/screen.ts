import type { Screen } from '../../src/cli/screen.ts';

export interface FakeScreen extends Screen {
  readonly shown: string[];
  readonly written: string[];
  restored: number;
  resize(): void;
  /** Settles when `show` or `write` has been called that often in all. */
  said(times: number): Promise<void>;
  /** The reader closes the pipe. */
  leave(): void;
}

export function fakeScreen({ isTerminal = true } = {}): FakeScreen {
  const listeners = new Set<() => void>();
  const waiting = new Set<() => void>();
  let gone = false;
  const take = (list: string[], text: string): Promise<'written' | 'gone'> => {
    if (gone) return Promise.resolve('gone');
    list.push(text);
    for (const look of waiting) look();
    return Promise.resolve('written');
  };
  const screen: FakeScreen = {
    isTerminal,
    shown: [],
    written: [],
    restored: 0,
    columns: () => 80,
    show: (text) => take(screen.shown, text),
    write: (text) => take(screen.written, text),
    restore: () => (screen.restored += 1),
    onResize(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    resize: () => listeners.forEach((listener) => listener()),
    leave: () => (gone = true),
    said: (times) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (screen.shown.length + screen.written.length < times) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
  return screen;
}
