import type { Screen } from './screen.ts';

const REDRAW_MS = 1_000;
/** Between two frames, however many changes there are. */
const MIN_GAP_MS = 100;

export interface Watching {
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** Makes the next frame; must not throw. */
  readonly frame: () => Promise<string>;
  /** Calls back when there may be something new, until the signal aborts. */
  readonly onChange: (changed: () => void, signal: AbortSignal) => void;
}

/** Shows a frame every second and on every change, until the signal aborts or nobody looks any more. */
export async function watch({ screen, signal, frame, onChange }: Watching): Promise<void> {
  let news = false;
  let hurry: () => void = () => undefined;
  const changed = (): void => {
    news = true;
    hurry();
  };
  onChange(changed, signal);
  const stopListening = screen.onResize(changed);
  try {
    while (!signal.aborted) {
      news = false;
      const text = await frame();
      if (signal.aborted || (await screen.show(text)) === 'gone') return;
      await pause(MIN_GAP_MS, signal, () => undefined);
      if (!news) await pause(REDRAW_MS - MIN_GAP_MS, signal, (end) => (hurry = end));
    }
  } finally {
    stopListening();
    screen.restore();
  }
}

function pause(ms: number, signal: AbortSignal, takeEnd: (end: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
    takeEnd(end);
  });
}
