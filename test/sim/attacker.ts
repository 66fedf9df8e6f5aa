import { Chance } from './chance.ts';
import type { Datagram } from './network.ts';
import { inventedPacket, type Packet } from './packet.ts';
import type { World } from './world.ts';

const RECORDED_MAX = 20_000;
/** Of them, the first are kept for good; the others give way to newer ones. */
const RECORDED_FIRST = 5_000;
const IN_FLIGHT_MAX = 3_000;

/**
 * Somebody on the wire without any key: sees every datagram, can take it off, and can send any bytes to anybody at any
 * time. What it replays goes straight to the victim's socket.
 */
export class Attacker {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #recorded: Datagram[] = [];
  #withheld: Datagram[] = [];
  /** Which honest datagrams are taken off the wire and kept. */
  #withholds: (datagram: Datagram) => boolean = () => false;
  #inFlight = 0;
  #oldest = 0;

  /** Who never replays anything need not remember anything. */
  constructor(world: World, { records = true }: { records?: boolean } = {}) {
    this.#world = world;
    this.#chance = new Chance(world.setup.seed, 'attacker');
    if (records) world.network.tap = (datagram) => this.#see(datagram);
  }

  #see(datagram: Datagram): boolean {
    this.#record(datagram);
    if (!this.#withholds(datagram)) return false;
    this.#withheld.push(datagram);
    return true;
  }

  #record(datagram: Datagram): void {
    if (this.#recorded.length < RECORDED_MAX) this.#recorded.push(datagram);
    else {
      this.#recorded[RECORDED_FIRST + this.#oldest] = datagram;
      this.#oldest = (this.#oldest + 1) % (RECORDED_MAX - RECORDED_FIRST);
    }
  }

  #inject(afterMs: number, to: number, packet: Packet): void {
    if (this.#inFlight >= IN_FLIGHT_MAX) return;
    this.#inFlight += 1;
    this.#world.later(afterMs, () => {
      this.#inFlight -= 1;
      this.#world.host(to).receive(packet, true);
    });
  }

  /** What was recorded, or its last part, again at `rate` times its speed, to its recipients or one of them. */
  replays({ rate, to, lastMs }: { rate: number; to: number | undefined; lastMs: number }): void {
    const { now } = this.#world;
    const from = now - lastMs;
    const chosen = this.#recorded
      .filter(({ sentAt, to: whom }) => sentAt >= from && (to ?? whom) === whom)
      .toSorted((one, other) => one.sentAt - other.sentAt);
    this.#world.say(undefined, `ATTACK replays ${chosen.length} frames at ${rate} times their speed`);
    const first = chosen[0]?.sentAt ?? now;
    for (const { sentAt, to: whom, packet } of chosen.slice(0, IN_FLIGHT_MAX)) {
      this.#inject((sentAt - first) / rate, whom, packet);
    }
  }

  /** From now on for `ms`, takes off what goes from `from` to `to`: all of it, or a share. */
  withholds({ from, to, ms, share }: { from: number; to: number; ms: number; share: number }): void {
    this.#world.say(
      undefined,
      `ATTACK holds back ${share * 100} % of lb${from} → lb${to} for ${ms.toFixed(0)} ms`,
    );
    const until = this.#world.now + ms;
    this.#withholds = (datagram) =>
      this.#world.now < until &&
      datagram.from === from &&
      datagram.to === to &&
      (share >= 1 || this.#chance.is(share));
  }

  /** Ends connections from outside; each with this probability, and sometimes only one side hears of it. */
  resets(share: number): void {
    for (const connection of [...this.#world.connections]) {
      if (!this.#chance.is(share)) continue;
      connection.resets(this.#chance.is(0.5) ? connection.dialled : connection.accepted);
    }
  }

  letsPass(): void {
    this.#withholds = () => false;
  }

  /** Hands out what was held back, one every `apartMs`, in order or shuffled. */
  delivers({ apartMs, shuffled }: { apartMs: number; shuffled: boolean }): void {
    const held = this.#withheld;
    this.#withheld = [];
    if (shuffled) held.sort(() => this.#chance.next() - 0.5);
    this.#world.say(
      undefined,
      `ATTACK delivers ${held.length} held-back frames, one every ${apartMs.toFixed(1)} ms`,
    );
    held.forEach(({ to, packet }, index) => this.#inject(index * apartMs, to, packet));
  }

  /** Bytes that were never sent like this: garbage, flipped bits, sent back, sent to the wrong node, cut short. */
  invents(count: number, withinMs: number): void {
    this.#world.say(undefined, `ATTACK sends ${count} invented frames`);
    for (let made = 0; made < count; made++) {
      const model = this.#recorded.length > 0 ? this.#chance.oneOf(this.#recorded) : undefined;
      const { to, bytes } = this.#invention(model);
      this.#inject(this.#chance.between(0, withinMs), to, inventedPacket(bytes));
    }
  }

  #invention(model: Datagram | undefined): { to: number; bytes: Uint8Array } {
    const anyone = 1 + this.#chance.whole(this.#world.hosts.length);
    const kind = this.#chance.whole(5);
    if (model === undefined || kind === 0)
      return { to: anyone, bytes: this.#chance.bytes(this.#chance.whole(600)) };
    const bytes = model.packet.bytes.slice();
    if (kind === 1) {
      const at = this.#chance.whole(bytes.length);
      bytes[at] = bytes[at]! ^ (1 << this.#chance.whole(8));
      return { to: model.to, bytes };
    }
    if (kind === 2) return { to: model.from, bytes };
    if (kind === 3) return { to: model.to, bytes: bytes.subarray(0, this.#chance.whole(bytes.length)) };
    return { to: anyone, bytes };
  }
}
