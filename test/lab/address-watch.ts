import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { lineSplitter } from '../../src/system/lines.ts';
import { runTool, toolEnv } from './host-tool.ts';
import { Timeline } from './timeline.ts';
import { until } from './wait.ts';

// Numbered addresses are put on `lo` and taken off again: when the lines of one have come, so has all before it.
const markerAddress = (number: number): string => `127.77.${(number >> 8) & 255}.${number & 255}`;
const markerNumber = (address: string): number => {
  const [, , high = 0, low = 0] = address.split('.').map(Number);
  return high * 256 + low;
};

interface AddressEvent {
  readonly atMs: number;
  readonly address: string;
  readonly device: string;
  readonly added: boolean;
}

/** One line of `ip -ts -o monitor address`; undefined for anything else. A tentative address is not yet there. */
export function parseMonitorLine(line: string): AddressEvent | undefined {
  const parts = /^\[([^\]]+)\] (Deleted )?\d+: (\S+)\s+inet6? ([0-9a-f.:]+)(?:\/\d+)? (.*)$/.exec(line);
  if (parts === null) return undefined;
  const [, at = '', deleted, device = '', address = '', rest = ''] = parts;
  if (deleted === undefined && /\b(tentative|dadfailed)\b/.test(rest)) return undefined;
  const micros = Number(/\.(\d{6})$/.exec(at)?.[1] ?? 0);
  const atMs = Date.parse(`${at.slice(0, 19)}Z`) + micros / 1_000;
  return { atMs, address, device, added: deleted === undefined };
}

/** The truth about which addresses are on one host, from the kernel's address events. */
export class AddressWatch {
  readonly #namespace: string;
  readonly #monitor: ChildProcess;
  readonly #timelines = new Map<string, Timeline>();
  /** An address that moves is on two interfaces for a moment: it has left the host when it is on none. */
  readonly #devices = new Map<string, Set<string>>();
  readonly #readText: (text: string) => void;
  /** While it is put off. */
  #unread: string[] | undefined;
  #markers = 0;
  #nextMarker = 0;

  constructor(namespace: string) {
    this.#namespace = namespace;
    this.#monitor = spawn('ip', ['-n', namespace, '-ts', '-o', 'monitor', 'address'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: toolEnv,
    });
    const { stdout } = this.#monitor;
    if (stdout === null) throw new Error('ip monitor has no stdout');
    const lines = lineSplitter((line) => this.#read(line));
    this.#readText = (text) => lines.add(text);
    stdout.setEncoding('utf8').on('data', (text: string) => {
      if (this.#unread === undefined) this.#readText(text);
      else this.#unread.push(text);
    });
  }

  #read(line: string): void {
    const event = parseMonitorLine(line);
    if (event === undefined) return;
    if (event.address.startsWith('127.77.')) {
      if (!event.added) this.#markers = Math.max(this.#markers, markerNumber(event.address));
      return;
    }
    const devices = this.#devices.get(event.address) ?? new Set();
    this.#devices.set(event.address, devices);
    if (event.added) {
      devices.add(event.device);
      this.of(event.address).added(event.atMs);
    } else {
      devices.delete(event.device);
      if (devices.size === 0) this.of(event.address).removed(event.atMs);
    }
  }

  of(address: string): Timeline {
    const known = this.#timelines.get(address);
    if (known !== undefined) return known;
    const timeline = new Timeline();
    this.#timelines.set(address, timeline);
    return timeline;
  }

  /**
   * Reads nothing until what is returned is called: a thousand events take this process as long as those who make them,
   * who share its processors. Nothing is lost by it: each event says when it was.
   */
  putOff(): () => void {
    this.#unread ??= [];
    return () => {
      const texts = this.#unread ?? [];
      this.#unread = undefined;
      texts.forEach(this.#readText);
    };
  }

  /** Settles when every event from before the call has been read. */
  async sync(): Promise<void> {
    const number = (this.#nextMarker += 1);
    const poke = (): void => {
      const marker = `${markerAddress(number)}/32`;
      runTool(
        'ip',
        ['-force', '-n', this.#namespace, '-batch', '-'],
        `address replace ${marker} dev lo\naddress del ${marker} dev lo\n`,
      );
    };
    let lastPokeMs = -Infinity;
    await until(`address events of ${this.#namespace}`, 5_000, () => {
      // Again and again, because the first may come before the monitor listens.
      if (performance.now() - lastPokeMs > 250) {
        poke();
        lastPokeMs = performance.now();
      }
      return this.#markers >= number;
    });
  }

  get pid(): number | undefined {
    return this.#monitor.pid;
  }

  close(): void {
    this.#monitor.kill('SIGKILL');
  }
}
