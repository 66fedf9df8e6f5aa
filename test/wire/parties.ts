import { actors, bodyOf, CLUSTER, directionOf, nonceOf, sealAs } from '../../scripts/vectors/actors.ts';
import { directionsBetween, type InboundLookup } from '../../src/wire/frame.ts';

export { actors, bodyOf, CLUSTER, directionOf, nonceOf, sealAs };

const fromLb1 = [directionsBetween(actors.lb2, actors.lb1.public, CLUSTER).inbound];
const fromLb3 = [directionsBetween(actors.lb2, actors.lb3.public, CLUSTER).inbound];

/** What lb2 asks when a frame comes: it knows lb1 and lb3. */
export const asLb2: InboundLookup = (sender) => {
  if (sender === actors.lb2.public.id) return 'self';
  if (sender === actors.lb1.public.id) return fromLb1;
  return sender === actors.lb3.public.id ? fromLb3 : [];
};

export function outcomeOf(open: ReturnType<typeof import('../../src/wire/frame.ts').openFrame>): string {
  return open.ok ? 'ok' : open.reject;
}
