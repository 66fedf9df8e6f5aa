import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onCallDone, onCarrierBack, onOrder, onVipHint } from '../../../src/core/group/incoming.ts';
import { evaluate, nextWakeAt } from '../../../src/core/group/machine.ts';
import { nextEpoch } from '../../../src/core/group/moves.ts';
import type { CallResult, GroupEffect, GroupState, GroupView } from '../../../src/core/group/state.ts';
import {
  active,
  at,
  claiming,
  dead,
  handing,
  holding,
  init,
  peer,
  policy,
  releasing,
  standby,
  steady,
  view,
  word,
} from './around.ts';

/*
 * One row of group.md's table, one sentence, one case. We are lb2 with priority 100; among equals lb3 is better than us
 * and lb1 is not. Boundaries come in pairs, and what must not happen stands next to what must.
 */

interface Case {
  readonly name: string;
  readonly from: GroupState;
  readonly sees: GroupView;
  readonly role: GroupState['role'];
  /** What is asked of the adapter and of the log; told and moved are left out. */
  readonly does?: readonly GroupEffect['kind'][];
  readonly with?: Partial<GroupState>;
}

const idle = peer(1, word());
const better = peer(3, word());
const lowHolder = peer(1, holding({ priority: 90 }));
const highHolder = peer(3, holding({ priority: 110 }));
const claimer = word({ role: 'claiming', has: true, epoch: 80 });
const offer = word({ role: 'releasing', has: true, heir: 2, epoch: 80 });
const madeOffer = word({ role: 'standby', heir: 2, epoch: 80 });
const unheard = { freshAt: at(-2_000), ackedTx: at(-2_000) };

const cases: readonly Case[] = [
  // init
  {
    name: 'init: leaves when words were exchanged with every peer',
    from: init(),
    sees: view([better]),
    role: 'standby',
  },
  {
    name: 'init: stays while one peer was not heard since it began',
    from: init(),
    sees: view([idle, peer(3, word(), unheard)]),
    role: 'init',
  },
  {
    name: 'init: stays while a peer has not shown that it heard us since',
    from: init(),
    sees: view([peer(1, word(), { ackedTx: at(-2_000) })]),
    role: 'init',
  },
  {
    name: 'init: stays while a peer has not spoken of this group',
    from: init(),
    sees: view([peer(1, undefined)]),
    role: 'init',
  },
  {
    name: 'init: stays just before the start-up wait is over',
    from: init({ since: at(-5_999) }),
    sees: view([dead(1, undefined)]),
    role: 'init',
  },
  {
    name: 'init: leaves when it is over, and claims alone',
    from: init({ since: at(-6_000) }),
    sees: view([dead(1, undefined)]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'init: a stall does not count as waiting',
    from: init({ since: at(-6_000) }),
    sees: view([dead(1, undefined)], { stalledMs: 500 }),
    role: 'init',
  },
  {
    name: 'init: stays while what arrived in a stall is unread',
    from: init({ since: at(-9_000) }),
    sees: view([idle], { draining: true }),
    role: 'init',
  },
  {
    name: 'init: waits longer for a peer that says active and cannot be reached',
    from: init({ since: at(-59_999) }),
    sees: view([peer(1, undefined, { alive: false, twoWay: false, unprovenActive: true })]),
    role: 'init',
  },
  {
    name: 'init: but not for ever',
    from: init({ since: at(-60_000) }),
    sees: view([peer(1, undefined, { alive: false, twoWay: false, unprovenActive: true })]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'init: takes down a found VIP when another is active',
    from: init({ has: true }),
    sees: view([lowHolder, dead(3, undefined)]),
    role: 'init',
    does: ['down'],
  },
  {
    name: 'init: takes it down for a better claimer',
    from: init({ has: true }),
    sees: view([peer(3, claimer), dead(1, undefined)]),
    role: 'init',
    does: ['down'],
  },
  {
    name: 'init: keeps it while only a worse one claims',
    from: init({ has: true }),
    sees: view([peer(1, claimer), dead(3, undefined)]),
    role: 'init',
  },
  {
    name: 'init: keeps it for a better one that does not claim',
    from: init({ has: true }),
    sees: view([better, dead(1, undefined)]),
    role: 'init',
  },
  // standby: election
  {
    name: 'standby: claims when nobody holds and nobody is better',
    from: standby(),
    sees: view([idle]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: claims when the holder is dead',
    from: standby(),
    sees: view([dead(3, holding())]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: a frame alone does not make it claim, what lies behind it is unread',
    from: standby(),
    sees: view([idle], { isTimer: false }),
    role: 'standby',
  },
  {
    name: 'standby: nor does anything while a stall is being read up',
    from: standby(),
    sees: view([idle], { draining: true }),
    role: 'standby',
  },
  {
    name: 'standby: leaves a live holder alone, even a worse one',
    from: standby(),
    sees: view([lowHolder]),
    role: 'standby',
  },
  {
    name: 'standby: leaves a claimer alone',
    from: standby(),
    sees: view([peer(1, claimer)]),
    role: 'standby',
  },
  {
    name: 'standby: leaves a holder alone of which it hears from another',
    from: standby(),
    sees: view([peer(1, word({ holder: 3, holderRole: 'active', holderPriority: 100 })), dead(3, holding())]),
    role: 'standby',
  },
  {
    name: 'standby: what another says of us is not a holder',
    from: standby(),
    sees: view([peer(1, word({ holder: 2, holderRole: 'active', holderPriority: 100 }))]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: waits for a peer that may be about to speak of the group',
    from: standby(),
    sees: view([peer(1, undefined, { pending: true })]),
    role: 'standby',
  },
  {
    name: 'standby: a better one costs a timeout of waiting, not yet over',
    from: standby({ clearSince: at(-2_999) }),
    sees: view([better]),
    role: 'standby',
  },
  {
    name: 'standby: over',
    from: standby({ clearSince: at(-3_000) }),
    sees: view([better]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: two better ones cost two',
    from: standby({ clearSince: at(-5_999) }),
    sees: view([better, peer(1, word({ priority: 200 }))]),
    role: 'standby',
  },
  {
    name: 'standby: two better ones, over',
    from: standby({ clearSince: at(-6_000) }),
    sees: view([better, peer(1, word({ priority: 200 }))]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: the wait begins anew after a break',
    from: standby({ clearSince: at(-9_000) }),
    sees: view([lowHolder, better]),
    role: 'standby',
    with: { clearSince: undefined },
  },
  {
    name: 'standby: a stall is no waiting',
    from: standby({ clearSince: at(-3_000) }),
    sees: view([better], { stalledMs: 100 }),
    role: 'standby',
  },
  {
    name: 'standby: one that cannot is not waited for',
    from: standby(),
    sees: view([peer(3, word({ priority: 0 }))]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: a dead one is not waited for',
    from: standby(),
    sees: view([dead(3, word())]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: a starting one is waited for',
    from: standby(),
    sees: view([peer(3, word({ role: 'init' }))]),
    role: 'standby',
  },
  {
    name: 'standby: does not claim when drained',
    from: standby({ drained: true }),
    sees: view([idle]),
    role: 'standby',
  },
  {
    name: 'standby: does not claim when stopping',
    from: standby({ stopping: true }),
    sees: view([idle]),
    role: 'standby',
  },
  {
    name: 'standby: does not claim in fault',
    from: standby({ fault: { text: 'ip failed', until: at(1) } }),
    sees: view([idle]),
    role: 'standby',
  },
  {
    name: 'standby: claims when the fault is over',
    from: standby({ fault: { text: 'ip failed', until: at(0) } }),
    sees: view([idle]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: does not claim when its interface hears nothing',
    from: standby(),
    sees: view([dead(1, holding())], { canReceive: false }),
    role: 'standby',
  },
  {
    name: 'standby: ears that came back listen for a timeout first',
    from: standby(),
    sees: view([dead(1, holding())], { hearingSince: at(-2_999) }),
    role: 'standby',
  },
  {
    name: 'standby: they have',
    from: standby(),
    sees: view([dead(1, holding())], { hearingSince: at(-3_000) }),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: after a stall of ours a live peer is asked first',
    from: standby(),
    sees: view([peer(1, word(), unheard)], { stalledAt: at(-100) }),
    role: 'standby',
  },
  {
    name: 'standby: but no longer than a timeout',
    from: standby(),
    sees: view([peer(1, word(), unheard)], { stalledAt: at(-3_000) }),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: frozen, it claims nothing',
    from: standby({ frozen: true }),
    sees: view([dead(1, holding())]),
    role: 'standby',
  },
  {
    name: 'standby: frozen while it held, it may',
    from: standby({ frozen: true, heldWhenFrozen: true }),
    sees: view([dead(1, word())]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: waits while a peer names another as heir',
    from: standby(),
    sees: view([peer(1, word({ heir: 3 })), dead(3, word())]),
    role: 'standby',
  },
  {
    name: 'standby: a stray VIP of a live peer holds it up',
    from: standby({ strays: new Map([[1, at(-2_199)]]) }),
    sees: view([peer(1, word({ has: true }))]),
    role: 'standby',
  },
  {
    name: 'standby: for L + 1.2 s, no longer',
    from: standby({ strays: new Map([[1, at(-2_200)]]) }),
    sees: view([peer(1, word({ has: true }))]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  // standby: its own heir, a found VIP
  {
    name: 'standby: keeps naming its heir and does not claim',
    from: standby({ heir: 1, heirUntil: at(1) }),
    sees: view([idle]),
    role: 'standby',
    with: { heir: 1 },
  },
  {
    name: 'standby: even when the heir is heard to be active',
    from: standby({ heir: 1, heirUntil: at(1) }),
    sees: view([lowHolder]),
    role: 'standby',
    with: { heir: 1 },
  },
  {
    name: 'standby: for a timeout',
    from: standby({ heir: 1, heirUntil: at(0) }),
    sees: view([idle]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: not when the heir is dead',
    from: standby({ heir: 1, heirUntil: at(1) }),
    sees: view([dead(1, word())]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: not when the heir cannot',
    from: standby({ heir: 1, heirUntil: at(1) }),
    sees: view([peer(1, word({ priority: 0 }))]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: adopts a VIP that it found',
    from: standby({ has: true }),
    sees: view([idle]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: takes it down when there is a holder',
    from: standby({ has: true }),
    sees: view([lowHolder]),
    role: 'standby',
    does: ['down'],
  },
  {
    name: 'standby: takes it down when it cannot hold',
    from: standby({ has: true, drained: true }),
    sees: view([idle]),
    role: 'standby',
    does: ['down'],
  },
  // standby: offers
  {
    name: 'standby: obeys an overlapping offer',
    from: standby({ epochSeen: 80 }),
    sees: view([peer(1, offer), better], { isTimer: false }),
    role: 'claiming',
    does: ['up', 'remember'],
    with: { offerUsed: 80 },
  },
  {
    name: 'standby: obeys an offer of one that has let go',
    from: standby({ epochSeen: 80 }),
    sees: view([peer(1, madeOffer), better]),
    role: 'claiming',
    does: ['up', 'remember'],
  },
  {
    name: 'standby: not while that one still has the VIP',
    from: standby({ epochSeen: 80 }),
    sees: view([peer(1, { ...madeOffer, has: true }), better]),
    role: 'standby',
  },
  {
    name: 'standby: no overlapping offer where its own adapter forbids that',
    from: standby({ epochSeen: 80 }),
    sees: view([peer(1, offer)], { policy: { ...policy, overlapAllowed: false } }),
    role: 'standby',
  },
  {
    name: 'standby: no offer of an epoch that is not the highest',
    from: standby({ epochSeen: 88 }),
    sees: view([peer(1, offer)]),
    role: 'standby',
  },
  {
    name: 'standby: no offer twice',
    from: standby({ epochSeen: 80, offerUsed: 80 }),
    sees: view([peer(1, offer)]),
    role: 'standby',
  },
  {
    name: 'standby: no offer when a third holds',
    from: standby({ epochSeen: 80 }),
    sees: view([peer(1, offer), peer(3, holding({ epoch: 80 }))]),
    role: 'standby',
  },
  {
    name: 'standby: no offer of one that does not hear us',
    from: standby({ epochSeen: 80 }),
    sees: view([peer(1, offer, { twoWay: false })]),
    role: 'standby',
  },
  {
    name: 'standby: no offer when drained',
    from: standby({ epochSeen: 80, drained: true }),
    sees: view([peer(1, offer)]),
    role: 'standby',
  },
  {
    name: 'standby: no offer to another',
    from: standby({ epochSeen: 80 }),
    sees: view([peer(1, { ...offer, heir: 3 })]),
    role: 'standby',
  },
  // claiming
  {
    name: 'claiming: gives way to any active one',
    from: claiming(),
    sees: view([lowHolder]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'claiming: even to one of which it only hears',
    from: claiming(),
    sees: view([peer(1, word({ holder: 3, holderRole: 'active', holderPriority: 1 }))]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'claiming: gives way to a better claimer',
    from: claiming(),
    sees: view([peer(3, claimer)]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'claiming: not to a worse one',
    from: claiming(),
    sees: view([peer(1, claimer)]),
    role: 'claiming',
  },
  {
    name: 'claiming: to a worse one that is deaf',
    from: claiming(),
    sees: view([peer(1, claimer, { deaf: true })]),
    role: 'releasing',
    does: ['down'],
  },
  { name: 'claiming: not to a dead one', from: claiming(), sees: view([dead(3, claimer)]), role: 'claiming' },
  {
    name: 'claiming: gives way when a giver names another heir',
    from: claiming(),
    sees: view([peer(1, { ...offer, heir: 3 })]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'claiming: not to the giver that names us',
    from: claiming(),
    sees: view([peer(1, offer)]),
    role: 'claiming',
  },
  {
    name: 'claiming: ends when drained',
    from: claiming({ drained: true }),
    sees: view([idle]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'claiming: active when the VIP was seen',
    from: claiming({ calls: {}, upSeen: true, renewedAt: at(-5) }),
    sees: view([idle]),
    role: 'active',
    does: ['announce'],
  },
  {
    name: 'claiming: takes a fresh lease first when "up" took long',
    from: claiming({ calls: {}, upSeen: true, renewedAt: at(-501) }),
    sees: view([idle]),
    role: 'claiming',
    does: ['renew'],
  },
  {
    name: 'claiming: void after a stall longer than the lease',
    from: claiming({ calls: {}, upSeen: true, renewedAt: at(-5) }),
    sees: view([idle], { stalledMs: 1_001 }),
    role: 'init',
    does: ['down'],
  },
  {
    name: 'claiming: not after a shorter one',
    from: claiming(),
    sees: view([idle], { stalledMs: 1_000 }),
    role: 'claiming',
  },
  // active: lease
  {
    name: 'active: starts again when the lease may have lapsed',
    from: active({ renewedAt: at(-951) }),
    sees: view([idle]),
    role: 'init',
    does: ['down'],
    with: { sticky: false },
  },
  {
    name: 'active: not at its margin',
    from: active({ renewedAt: at(-950) }),
    sees: view([idle]),
    role: 'active',
    does: ['renew'],
  },
  {
    name: 'active: without a lease nothing lapses',
    from: active({ renewedAt: at(-9_000) }),
    sees: view([idle], { policy: { ...policy, leaseMs: 0 } }),
    role: 'active',
  },
  {
    name: 'active: without a lease half a timeout of standing still is too much',
    from: active({ renewedAt: undefined }),
    sees: view([idle], { policy: { ...policy, leaseMs: 0 }, stalledMs: 1_501 }),
    role: 'init',
    does: ['down'],
  },
  {
    name: 'active: renews with the beat nearest to a third of the lease',
    from: active({ renewedAt: at(-250) }),
    sees: view([idle], { beatDue: true }),
    role: 'active',
    does: ['renew'],
  },
  {
    name: 'active: not with an earlier one',
    from: active({ renewedAt: at(-200) }),
    sees: view([idle], { beatDue: true }),
    role: 'active',
  },
  {
    name: 'active: renews at half of it without a beat',
    from: active({ renewedAt: at(-500) }),
    sees: view([idle]),
    role: 'active',
    does: ['renew'],
  },
  {
    name: 'active: one renewal at a time',
    from: active({ renewedAt: at(-600), calls: { renew: { id: 1, at: at(-300) } } }),
    sees: view([idle], { beatDue: true }),
    role: 'active',
  },
  // active: rivals
  {
    name: 'active: yields to a better active one',
    from: active(),
    sees: view([highHolder]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'active: even to one of which it only hears',
    from: active(),
    sees: view([peer(1, word({ holder: 3, holderRole: 'active', holderPriority: 100 }))]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'active: not to a worse one',
    from: active(),
    sees: view([lowHolder]),
    role: 'active',
    does: ['announce'],
  },
  {
    name: 'active: not to a better one that is not active',
    from: active(),
    sees: view([peer(3, word({ role: 'claiming', has: true, priority: 110 }))]),
    role: 'active',
    does: ['announce'],
  },
  {
    name: 'active: yields to a worse active one that is deaf',
    from: active(),
    sees: view([peer(1, holding({ priority: 90 }), { deaf: true })]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'active: yields to a deaf claimer',
    from: active(),
    sees: view([peer(1, claimer, { deaf: true })]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'active: not to a deaf standby',
    from: active(),
    sees: view([peer(1, word(), { deaf: true, twoWay: false })]),
    role: 'active',
  },
  {
    name: 'active: bears a worse active one for less than a timeout',
    from: active({ otherActiveSince: at(-2_999), rivals: '1' }),
    sees: view([lowHolder]),
    role: 'active',
  },
  {
    name: 'active: after a timeout it yields, whatever the rank',
    from: active({ otherActiveSince: at(-3_000), rivals: '1' }),
    sees: view([lowHolder]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'active: a break starts that timeout anew',
    from: active({ otherActiveSince: at(-3_000) }),
    sees: view([idle]),
    role: 'active',
    with: { otherActiveSince: undefined },
  },
  {
    name: 'active: claims anew above the epoch of one that will yield',
    from: active({ rivals: '1' }),
    sees: view([peer(1, holding({ priority: 90, epoch: 160 }))]),
    role: 'active',
    does: ['remember', 'announce'],
  },
  { name: 'active: a dead rival is none', from: active(), sees: view([dead(3, holding())]), role: 'active' },
  // active: handover
  {
    name: 'active: hands over to the best when drained',
    from: active({ drained: true }),
    sees: view([idle, better]),
    role: 'releasing',
    with: { heir: 3, overlapping: true },
  },
  {
    name: 'active: breaks before it makes where overlap is forbidden',
    from: active({ drained: true }),
    sees: view([idle], { policy: { ...policy, overlapAllowed: false } }),
    role: 'releasing',
    does: ['down'],
    with: { heir: 1, overlapping: false },
  },
  {
    name: 'active: drained with nobody to take over, it lets go',
    from: active({ drained: true }),
    sees: view([dead(1, word())]),
    role: 'releasing',
    does: ['down'],
    with: { heir: 0 },
  },
  {
    name: 'active: stopping with nobody able, it lets go',
    from: active({ stopping: true }),
    sees: view([peer(1, word({ priority: 0 }))]),
    role: 'releasing',
    does: ['down'],
    with: { heir: 0 },
  },
  {
    name: 'active: follows an order',
    from: active({ order: 1, orderUntil: at(1) }),
    sees: view([idle, better]),
    role: 'releasing',
    with: { heir: 1, byOrder: true },
  },
  {
    name: 'active: an order to no one in particular goes to the best',
    from: active({ order: 0, orderUntil: at(1) }),
    sees: view([idle, better]),
    role: 'releasing',
    with: { heir: 3 },
  },
  {
    name: 'active: an order to one that cannot is not followed',
    from: active({ order: 1, orderUntil: at(1) }),
    sees: view([peer(1, word({ priority: 0 }))]),
    role: 'active',
  },
  {
    name: 'active: an order that could not be followed in time is dropped',
    from: active({ order: 1, orderUntil: at(0) }),
    sees: view([peer(1, word({ priority: 0 }))]),
    role: 'active',
    with: { order: undefined },
  },
  {
    name: 'active: no handover while another holder is known',
    from: active({ order: 3, orderUntil: at(1), rivals: '1' }),
    sees: view([peer(1, holding({ priority: 90 })), better]),
    role: 'active',
  },
  {
    name: 'active: no handover while frozen',
    from: active({ order: 1, orderUntil: at(1), frozen: true }),
    sees: view([idle]),
    role: 'active',
  },
  {
    name: 'active: no handover to one that starts',
    from: active({ drained: true }),
    sees: view([peer(1, word({ role: 'init' }))]),
    role: 'releasing',
    does: ['down'],
    with: { heir: 0 },
  },
  {
    name: 'active: no handover to one that does not hear us',
    from: active({ drained: true }),
    sees: view([peer(1, word(), { twoWay: false })]),
    role: 'releasing',
    does: ['down'],
    with: { heir: 0 },
  },
  {
    name: 'active: no handover to one that has the VIP on its interface',
    from: active({ order: 1, orderUntil: at(1), rivals: '1' }),
    sees: view([peer(1, word({ has: true }))]),
    role: 'active',
  },
  {
    name: 'active: a handover back to one that still names us its heir',
    from: active({ order: 1, orderUntil: at(1) }),
    sees: view([peer(1, word({ heir: 2 }))]),
    role: 'releasing',
    with: { heir: 1 },
  },
  {
    name: 'active: but to nobody who hands over to another',
    from: active({ order: 1, orderUntil: at(1) }),
    sees: view([peer(1, word({ heir: 3 }))]),
    role: 'active',
  },
  {
    name: 'active: fails back after the delay',
    from: active(steady(3, 110, 10_000)),
    sees: view([peer(3, word({ priority: 110 }))]),
    role: 'releasing',
    with: { heir: 3, byOrder: false },
  },
  {
    name: 'active: not before it',
    from: active(steady(3, 110, 9_999)),
    sees: view([peer(3, word({ priority: 110 }))]),
    role: 'active',
  },
  {
    name: 'active: a priority that rose meanwhile starts the delay anew',
    from: active(steady(3, 105, 60_000)),
    sees: view([peer(3, word({ priority: 110 }))]),
    role: 'active',
  },
  {
    name: 'active: equal priorities never fail back, whatever the name',
    from: active(steady(3, 100, 60_000)),
    sees: view([better]),
    role: 'active',
  },
  {
    name: 'active: not with manual failback',
    from: active(steady(3, 110, 60_000)),
    sees: view([peer(3, word({ priority: 110 }))], {
      policy: { ...policy, failback: { mode: 'manual', delayMs: 0 } },
    }),
    role: 'active',
  },
  {
    name: 'active: not from where an operator put it',
    from: active({ ...steady(3, 110, 60_000), sticky: true }),
    sees: view([peer(3, word({ priority: 110 }))]),
    role: 'active',
  },
  {
    name: 'active: fallen below its own peak it moves, even with manual failback',
    from: active({ ...steady(3, 100, 60_000), peak: 100 }),
    sees: view([better], {
      basePriority: 95,
      policy: { ...policy, failback: { mode: 'manual', delayMs: 0 } },
    }),
    role: 'releasing',
    with: { heir: 3 },
  },
  {
    name: 'active: not again soon after a handover that failed',
    from: active({ ...steady(3, 110, 60_000), noHandoverUntil: at(1) }),
    sees: view([peer(3, word({ priority: 110 }))]),
    role: 'active',
  },
  {
    name: 'active: looks every second',
    from: active({ lookedAt: at(-1_000) }),
    sees: view([idle]),
    role: 'active',
    does: ['look'],
  },
  {
    name: 'active: not more often',
    from: active({ lookedAt: at(-999) }),
    sees: view([idle]),
    role: 'active',
  },
  {
    name: 'active: announces again when a link has healed',
    from: active(),
    sees: view([idle], { healed: true }),
    role: 'active',
    does: ['announce'],
  },
  // releasing
  {
    name: 'releasing: keeps and renews the VIP until the heir has it',
    from: handing(1, { renewedAt: at(-600) }),
    sees: view([idle]),
    role: 'releasing',
    does: ['renew'],
  },
  {
    name: 'releasing: lets go when the heir is active',
    from: handing(1),
    sees: view([lowHolder]),
    role: 'releasing',
    does: ['down'],
    with: { heir: 0, overlapping: false },
  },
  {
    name: 'releasing: lets go when the heir is already releasing again',
    from: handing(1),
    sees: view([peer(1, word({ role: 'releasing', has: true, heir: 3 }))]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'releasing: lets go when any other is active',
    from: handing(1),
    sees: view([idle, highHolder]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'releasing: takes back when the heir dies',
    from: handing(1),
    sees: view([dead(1, word())]),
    role: 'active',
    does: ['announce'],
    with: { heir: 0, sticky: false },
  },
  {
    name: 'releasing: takes back when the heir cannot',
    from: handing(1),
    sees: view([peer(1, word({ priority: 0 }))]),
    role: 'active',
    does: ['announce'],
  },
  {
    name: 'releasing: waits longer for an heir that is at it: its adapter may be slow',
    from: handing(1, { since: at(-3_000) }),
    sees: view([peer(1, claimer)]),
    role: 'releasing',
  },
  {
    name: 'releasing: but not for ever',
    from: handing(1, { since: at(-3_000 - 15_000) }),
    sees: view([peer(1, claimer)]),
    role: 'active',
    does: ['announce'],
  },
  {
    name: 'releasing: takes back after a timeout',
    from: handing(1, { since: at(-3_000) }),
    sees: view([idle]),
    role: 'active',
    does: ['announce'],
  },
  {
    name: 'releasing: not before it',
    from: handing(1, { since: at(-2_999) }),
    sees: view([idle]),
    role: 'releasing',
  },
  {
    name: 'releasing: starts again when the lease may have lapsed',
    from: handing(1, { renewedAt: at(-951) }),
    sees: view([idle]),
    role: 'init',
    does: ['down'],
  },
  {
    name: 'releasing: does not renew what it lets go',
    from: releasing({ renewedAt: at(-900), calls: { down: { id: 1, at: at(-10) } } }),
    sees: view([idle], { beatDue: true }),
    role: 'releasing',
  },
  {
    name: 'releasing: ends when the VIP was seen to be gone',
    from: releasing({ has: false }),
    sees: view([lowHolder]),
    role: 'standby',
  },
  {
    name: 'releasing: not while "down" is under way',
    from: releasing({ has: false, calls: { down: { id: 1, at: at(-10) } } }),
    sees: view([idle]),
    role: 'releasing',
  },
  {
    name: 'releasing: tries again half a second after a failure',
    from: releasing({ downAgainAt: at(0) }),
    sees: view([idle]),
    role: 'releasing',
    does: ['down'],
  },
  {
    name: 'releasing: not before',
    from: releasing({ downAgainAt: at(1) }),
    sees: view([idle]),
    role: 'releasing',
  },
  {
    name: 'releasing: an heir that it named goes on being named',
    from: releasing({ has: false, heir: 1 }),
    sees: view([idle]),
    role: 'standby',
    with: { heir: 1, heirUntil: at(3_000) },
  },
];

for (const c of cases) {
  for (const [why, from, sees, contested] of [
    ['the refresh after a claim is about nobody else', active(), view([idle]), false],
    [
      'a link that has healed: another may have held it meanwhile',
      active(),
      view([idle], { healed: true }),
      true,
    ],
    ['a stall of ours', active(), view([idle], { stalledMs: 400 }), true],
    ['a rival that came and went', active({ rivals: '1' }), view([idle]), true],
    ['an heir that did not take it may have begun to', handing(1, { since: at(-3_000) }), view([idle]), true],
  ] as const) {
    test(`group: announces, ${contested ? 'and tells third parties again' : 'without more'}: ${why}`, () => {
      const due = { ...from, announce: from.announce && { ...from.announce, from: at(-60_000), next: 3 } };
      const announced = evaluate(due, sees).effects.filter(({ kind }) => kind === 'announce');
      assert.ok(announced.length > 0);
      assert.deepEqual(
        announced.map((effect) => effect.kind === 'announce' && effect.contested),
        announced.map(() => contested),
      );
    });
  }

  test(`group: ${c.name}`, () => {
    const { state, effects } = evaluate(c.from, c.sees);
    const done = effects.map(({ kind }) => kind).filter((kind) => kind !== 'moved' && kind !== 'told');
    assert.equal(state.role, c.role, state.cause);
    assert.deepEqual(done, c.does ?? []);
    for (const [field, value] of Object.entries(c.with ?? {})) {
      assert.deepEqual(state[field as keyof GroupState], value, field);
    }
  });
}

test('group: every transition says why', () => {
  for (const c of cases) {
    for (const effect of evaluate(c.from, c.sees).effects) {
      if (effect.kind === 'moved') assert.ok(effect.cause.length > 3, `${c.name}: ${effect.cause}`);
    }
  }
});

test('group: asked again with nothing changed, nothing changes', () => {
  for (const c of cases) {
    const { state } = evaluate(c.from, c.sees);
    const again = evaluate(state, { ...c.sees, beatDue: false, stalledMs: 0, healed: false });
    assert.equal(again.state.role, state.role, c.name);
    assert.deepEqual(
      again.effects.filter(({ kind }) => kind !== 'announce'),
      [],
      c.name,
    );
  }
});

test('group: it never asks to be woken in the past', () => {
  for (const c of cases) {
    const { state } = evaluate(c.from, c.sees);
    assert.ok(nextWakeAt(state, c.sees) >= c.sees.now, c.name);
  }
});

// What comes in from the adapter and from operators.

const answer = (kind: CallResult['kind'], found: CallResult['found'], call = 1): CallResult => {
  return { kind, call, found, text: found === 'failed' ? 'exit code 2' : '' };
};

test('group: "up" that failed is a fault, and the VIP is taken off', () => {
  const { state } = onCallDone(claiming(), answer('up', 'failed'), view([idle]));
  assert.equal(state.role, 'releasing');
  assert.equal(state.fault?.text, 'exit code 2');
  assert.ok(state.calls.down !== undefined);
});

test('group: the pause after a failure doubles, up to a minute', () => {
  let state = claiming();
  const pauses: number[] = [];
  for (let round = 0; round < 8; round++) {
    state = onCallDone(
      { ...claiming(), failures: state.failures },
      answer('up', 'failed'),
      view([idle]),
    ).state;
    pauses.push(state.fault!.until - at(0));
  }
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
});

test("group: an answer to an older call is nobody's", () => {
  const { state } = onCallDone(claiming(), answer('up', 'all', 7), view([idle]));
  assert.equal(state.upSeen, false);
});

test('group: "up" that comes after the claim was given up does not make it active', () => {
  const given = releasing({ calls: { up: { id: 1, at: at(-9) }, down: { id: 2, at: at(-1) } } });
  const { state } = onCallDone(given, answer('up', 'all'), view([lowHolder]));
  assert.equal(evaluate(state, view([lowHolder])).state.role, 'releasing');
});

test('group: a renewal counts from when it was asked for', () => {
  const asked = active({ calls: { renew: { id: 1, at: at(-300) } } });
  assert.equal(onCallDone(asked, answer('renew', 'all'), view([idle])).state.renewedAt, at(-300));
  assert.equal(onCallDone(asked, answer('renew', 'failed'), view([idle])).state.renewedAt, at(-100));
});

test('group: a VIP that is gone is put back three times in ten seconds, then it is a fault', () => {
  let state = active();
  for (let round = 0; round < 3; round++) {
    const looking = { ...state, calls: { look: { id: 1, at: at(-1) } } };
    state = onCallDone(looking, answer('look', 'none'), view([idle])).state;
    assert.equal(state.role, 'active');
    assert.ok(state.calls.renew !== undefined);
    state = { ...state, calls: {} };
  }
  const looking = { ...state, calls: { look: { id: 1, at: at(-1) } } };
  const last = onCallDone(looking, answer('look', 'some'), view([idle])).state;
  assert.equal(last.role, 'releasing');
  assert.match(last.fault!.text, /removed the VIP 4 times/);
});

test('group: a look that failed says nothing about the VIP', () => {
  const looking = active({ calls: { look: { id: 1, at: at(-1) } } });
  const { state } = onCallDone(looking, answer('look', 'failed'), view([idle]));
  assert.equal(state.role, 'active');
  assert.deepEqual(state.putBacks, []);
});

test('group: a "down" that failed is tried again, and no heir waits for it', () => {
  const giving = releasing({ heir: 1, calls: { down: { id: 1, at: at(-9) } } });
  const { state } = onCallDone(giving, answer('down', 'failed'), view([idle]));
  assert.equal(state.heir, 0);
  assert.equal(state.has, true);
  assert.equal(state.downAgainAt, at(500));
});

test('group: an interface that comes ends the wait after a failure, and changes nothing else', () => {
  const failed = standby({ fault: { text: 'no such interface', until: at(60_000) }, failures: 6 });
  const back = onCarrierBack(failed, view([idle])).state;
  assert.equal(evaluate(back, view([idle])).state.fault, undefined);
  assert.equal(back.failures, 6);
  assert.notEqual(evaluate(failed, view([idle])).state.fault, undefined);
  assert.equal(onCarrierBack(active(), view([idle])).state.fault, undefined);
});

test('group: a hint makes the holder look at once', () => {
  assert.deepEqual(
    onVipHint(active(), view([idle])).effects.map(({ kind }) => kind),
    ['look'],
  );
});

test('group: a hint during a look makes the next one due', () => {
  const looking = active({ lookedAt: at(-1), calls: { look: { id: 1, at: at(-1) } } });
  const { state } = onVipHint(looking, view([idle]));
  const { state: looked } = onCallDone(state, answer('look', 'all'), view([idle]));
  assert.deepEqual(
    evaluate(looked, view([idle])).effects.map(({ kind }) => kind),
    ['look'],
  );
});

test('group: only the holder takes an order to move', () => {
  assert.equal(onOrder(active(), { kind: 'switchover', to: 1 }, view([idle])).state.order, 1);
  assert.equal(onOrder(standby(), { kind: 'switchover', to: 1 }, view([idle])).state.order, undefined);
});

test('group: the frozen flag is a register whose higher count wins', () => {
  const frozen = onOrder(standby(), { kind: 'freeze' }, view([idle])).state;
  assert.deepEqual([frozen.frozen, frozen.freezeCounter], [true, 1]);
  const thawed = evaluate(frozen, view([peer(1, word({ frozen: false, freezeCounter: 2 }))])).state;
  assert.deepEqual([thawed.frozen, thawed.freezeCounter], [false, 2]);
  const kept = evaluate(frozen, view([peer(1, word({ frozen: false, freezeCounter: 1 }))])).state;
  assert.equal(kept.frozen, true);
});

test('group: an epoch is above every one seen, carries the place of its node, and never falls', () => {
  assert.equal(nextEpoch(0, 1_000, 2), 1_001 * 8 + 1);
  assert.equal(nextEpoch(5_000 * 8, 1_000, 1), 5_001 * 8);
  assert.ok(nextEpoch(nextEpoch(0, 1_000, 3), 0, 1) > nextEpoch(0, 1_000, 3));
});
