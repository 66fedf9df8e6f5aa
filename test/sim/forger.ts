import type { Body, GroupRecord } from '../../src/core/frame.ts';
import { Chance } from './chance.ts';
import type { Datagram } from './network.ts';
import type { World } from './world.ts';

const KEPT = 200;
const SEQ_MAX = 2 ** 53 - 1;

/**
 * Somebody who has stolen the secrets of boxes, but none that signs: reads everything, knows every number and nonce, and
 * writes frames whose box is good. Nothing but the signature tells them from true ones.
 */
export class Forger {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #newest: Datagram[] = [];

  constructor(world: World) {
    this.#world = world;
    this.#chance = new Chance(world.setup.seed, 'forger');
    const { tap } = world.network;
    world.network.tap = (datagram) => {
      this.#newest.push(datagram);
      if (this.#newest.length > KEPT) this.#newest.shift();
      return tap(datagram);
    };
  }

  forges(count: number, withinMs: number): void {
    this.#world.say(undefined, `ATTACK forges ${count} frames with a stolen box secret`);
    for (let made = 0; made < count; made++)
      this.#world.later(this.#chance.between(0, withinMs), () => this.#forgeOne());
  }

  #forgeOne(): void {
    const { sealing, now } = this.#world;
    const model = this.#newest.at(-1 - this.#chance.whole(Math.min(4, this.#newest.length)));
    if (model === undefined) return;
    const opened = sealing.open(model.to, model.packet);
    if (typeof opened === 'string') return;
    const { from, to } = model;
    const body = this.#lie(opened.arrived.body);
    const packet = sealing.forge(from, to, body, { wallMs: now, monoMs: now });
    this.#world.host(to).receive(packet, true);
  }

  #lie(body: Body): Body {
    const groups = body.groups.map((group) => ({ ...group, ...this.#lieOfGroup(group) }));
    const seq = this.#chance.oneOf([body.seq + 1, body.seq + 900, SEQ_MAX - 1, SEQ_MAX]);
    const session = this.#chance.is(0.5) ? body.session : 1 + this.#chance.whole(1e9);
    const chance = this.#chance;
    return {
      ...body,
      ...{ seq, session, groups },
      hello: chance.is(0.2),
      probe: chance.is(0.3),
      hearsYou: chance.is(0.5),
      canReceive: chance.is(0.8),
      sentUs: body.sentUs + chance.oneOf([0, 1_000, 60_000_000]),
      intervalUs: chance.oneOf([body.intervalUs, 60_000_000]),
      digest: chance.is(0.5) ? body.digest : 'ffffffffffffffff',
    };
  }

  #lieOfGroup({ epoch }: GroupRecord): Partial<GroupRecord> {
    return {
      role: this.#chance.oneOf(['standby', 'claiming', 'active', 'releasing']),
      priority: this.#chance.oneOf([0, 1, 254]),
      heir: this.#chance.whole(3),
      frozen: this.#chance.is(0.3),
      freezeCounter: this.#chance.whole(60_000),
      epoch: this.#chance.oneOf([epoch, epoch + 8, SEQ_MAX]),
    };
  }
}
