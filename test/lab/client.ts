import type { ChildProcess } from 'node:child_process';
import { startNamespaceChild } from './namespace-child.ts';
import type { Gap, ProbeMessage, ProbeOptions, VipState } from './probe-messages.ts';
import type { Span } from './timeline.ts';
import { until } from './wait.ts';

const KEPT_GAPS = 100_000;

/**
 * A client that asks the VIPs every 2 ms and sees who answers. Gaps under 6 ms are not reported: on a quiet machine
 * an undisturbed second has its longest gap just below that.
 */
export class Client {
  readonly #probe: ChildProcess;
  /** An answer younger than this counts as "is answered". */
  readonly #freshMs: number;
  readonly #gaps: Gap[] = [];
  readonly #answerers = new Map<string, { host: string; atMs: number }[]>();
  #report: Extract<ProbeMessage, { kind: 'report' }> | undefined;
  #asked = 0;

  private constructor(probe: ChildProcess, everyMs: number) {
    this.#probe = probe;
    this.#freshMs = Math.max(50, 3 * everyMs);
    probe.on('message', (message: ProbeMessage) => this.#read(message));
  }

  static async start(namespace: string, options: ProbeOptions): Promise<Client> {
    return new Client(
      await startNamespaceChild(namespace, 'probe.ts', [JSON.stringify(options)]),
      options.everyMs,
    );
  }

  #read(message: ProbeMessage): void {
    if (message.kind === 'gap' && this.#gaps.length < KEPT_GAPS) this.#gaps.push(message);
    if (message.kind === 'report') this.#report = message;
    if (message.kind !== 'answerer') return;
    const known = this.#answerers.get(message.vip) ?? [];
    this.#answerers.set(message.vip, [...known, { host: message.host, atMs: message.atMs }]);
  }

  /** Everything that the probe has seen up to now is known here when this settles. */
  async state(vip: string): Promise<VipState> {
    const number = (this.#asked += 1);
    this.#probe.send(number);
    await until('the probe to report', 5_000, () => (this.#report?.number ?? 0) >= number);
    const state = this.#report?.vips.find((each) => each.vip === vip);
    if (state === undefined) throw new Error(`the client does not ask ${vip}`);
    return state;
  }

  /** Who answers now: the host of an answer in the last 50 ms (or three questions), else `nobody`. */
  async answeredBy(vip: string): Promise<string> {
    const { silentForMs, lastHost } = await this.state(vip);
    return silentForMs !== null && silentForMs < this.#freshMs ? lastHost : 'nobody';
  }

  /** Gaps that touch the window, in full length; one that is still open ends now, with nobody after it. */
  async gaps(vip: string, { fromMs, toMs }: Span): Promise<Gap[]> {
    const { silentForMs, lastHost: before } = await this.state(vip);
    const nowMs = Date.now();
    const open: Gap[] = [];
    if (silentForMs !== null && silentForMs >= 6) {
      const span = { fromMs: nowMs - silentForMs, toMs: nowMs, lengthMs: silentForMs };
      open.push({ vip, ...span, before, after: 'nobody', ownStallMs: 0 });
    }
    return [...this.#gaps, ...open].filter(
      (gap) => gap.vip === vip && gap.toMs > fromMs && gap.fromMs < toMs,
    );
  }

  /** Length of the longest gap that touches the window; 0 stands for "under 6 ms". */
  async longestGapMs(vip: string, window: Span): Promise<number> {
    return Math.max(0, ...(await this.gaps(vip, window)).map((gap) => gap.lengthMs));
  }

  /** How often the answering host changed within the window. */
  changes(vip: string, { fromMs, toMs }: Span): number {
    return (this.#answerers.get(vip) ?? []).filter(({ atMs }) => fromMs <= atMs && atMs < toMs).length;
  }

  close(): void {
    this.#probe.kill('SIGKILL');
  }
}
