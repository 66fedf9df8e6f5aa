// Debian's Chromium, without a window, spoken to in its own protocol (DevTools) over a WebSocket.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const CHROMIUM = '/usr/bin/chromium';

export const chromiumProblem = (): string | undefined =>
  existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is not installed`;

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  '--hide-scrollbars',
  '--remote-debugging-port=0',
];

type Params = Readonly<Record<string, unknown>>;
interface Spoken {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Params;
  readonly result?: Params;
  readonly error?: { readonly message: string };
}

export interface Tab {
  /** Console errors, uncaught exceptions and violations of the policy, as the browser words them. */
  readonly complaints: readonly string[];
  /** What was asked of the network, the icon from data: aside. */
  readonly requests: readonly string[];
  call(method: string, params?: Params): Promise<Params>;
  open(url: string): Promise<void>;
  /** The value of an expression in the page. */
  read<Value>(expression: string): Promise<Value>;
  press(key: string, code?: number): Promise<void>;
  look(size: Look): Promise<void>;
  /** Of the whole page, or of what a screen shows of it. */
  shot(whole?: boolean): Promise<Buffer>;
  close(): Promise<void>;
}

export interface Look {
  readonly width: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly forced?: boolean;
}

export interface Browser {
  tab(): Promise<Tab>;
  close(): Promise<void>;
}

export async function openChromium(): Promise<Browser> {
  const home = mkdtempSync(join(tmpdir(), 'sealbeat-chromium-'));
  const child = spawn(CHROMIUM, [...FLAGS, `--user-data-dir=${home}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await addressOf(child.stderr);
  const socket = new WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  const wire = wireOver(socket);
  return {
    tab: () => openTab(wire),
    async close() {
      await wire.call('Browser.close').catch(() => child.kill());
      await ended;
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function addressOf(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const found = /DevTools listening on (\S+)/.exec(line);
    if (found?.[1] !== undefined) {
      stderr.resume();
      return found[1];
    }
  }
  throw new Error('chromium ended before it listened');
}

interface Wire {
  call(method: string, params?: Params, sessionId?: string): Promise<Params>;
  hear(sessionId: string, listener: (method: string, params: Params) => void): void;
}

function wireOver(socket: WebSocket): Wire {
  const waiting = new Map<number, (answer: Spoken) => void>();
  const listeners = new Map<string, (method: string, params: Params) => void>();
  let last = 0;
  socket.addEventListener('message', ({ data }) => {
    const spoken = JSON.parse(String(data)) as Spoken;
    if (spoken.id !== undefined) waiting.get(spoken.id)?.(spoken);
    else listeners.get(spoken.sessionId ?? '')?.(spoken.method ?? '', spoken.params ?? {});
  });
  return {
    hear: (sessionId, listener) => listeners.set(sessionId, listener),
    call(method, params = {}, sessionId) {
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        waiting.set(id, ({ result = {}, error }) => {
          waiting.delete(id);
          if (error === undefined) resolve(result);
          else reject(new Error(`${method}: ${error.message}`));
        });
        socket.send(
          JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) }),
        );
      });
    },
  };
}

async function openTab(wire: Wire): Promise<Tab> {
  const { targetId } = await wire.call('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = (await wire.call('Target.attachToTarget', { targetId, flatten: true })) as {
    sessionId: string;
  };
  const complaints: string[] = [];
  const requests: string[] = [];
  let loaded = (): void => {};
  wire.hear(sessionId, (method, params) => {
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Network.requestWillBeSent') {
      const { url } = params['request'] as { url: string };
      if (!url.startsWith('data:')) requests.push(url);
    }
    const isError = method === 'Log.entryAdded' && (params['entry'] as { level: string }).level === 'error';
    const isConsole = method === 'Runtime.consoleAPICalled' && params['type'] === 'error';
    if (isError || isConsole || method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(params));
  });
  const call = (method: string, params?: Params): Promise<Params> => wire.call(method, params, sessionId);
  for (const domain of ['Page', 'Network', 'Log', 'Runtime']) await call(`${domain}.enable`);

  async function read<Value>(expression: string): Promise<Value> {
    const { result } = await call('Runtime.evaluate', { expression, returnByValue: true });
    return (result as { value: Value }).value;
  }

  return {
    complaints,
    requests,
    call,
    read,
    async open(url) {
      const done = new Promise<void>((resolve) => (loaded = resolve));
      await call('Page.navigate', { url });
      await done;
    },
    async press(key, code = 0) {
      const text = key === 'Enter' ? { text: '\r' } : {};
      for (const type of ['keyDown', 'keyUp'])
        await call('Input.dispatchKeyEvent', { type, key, code: key, windowsVirtualKeyCode: code, ...text });
    },
    async look({ width, height = 900, dark = false, forced = false }) {
      const mobile = width < 600;
      await call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile });
      await call('Emulation.setEmulatedMedia', {
        features: [
          { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
          { name: 'forced-colors', value: forced ? 'active' : 'none' },
        ],
      });
    },
    async shot(whole = true) {
      const { data } = await call('Page.captureScreenshot', { captureBeyondViewport: whole });
      return Buffer.from(data as string, 'base64');
    },
    close: async () => void (await wire.call('Target.closeTarget', { targetId })),
  };
}
