import { makeIdentity } from '../../src/wire/identity.ts';
import { seededRandom } from '../fakes/seeded-random.ts';

/** Identities of nobody, the same in every run. */
export const identities = {
  lb1: makeIdentity(seededRandom('lb1')),
  lb2: makeIdentity(seededRandom('lb2')),
  lb3: makeIdentity(seededRandom('lb3')),
};
export const lines = {
  lb1: identities.lb1.public.line,
  lb2: identities.lb2.public.line,
  lb3: identities.lb3.public.line,
};

/** A good file of a pair, with one thing to a line, so that a test can swap a line for a bad one. */
export const pair = `cluster: mail
heartbeat:
  interval: 250ms
  timeout: 3s
lease: 1s
nodes:
  lb1:
    key: ${lines.lb1}
    paths: [udp://10.10.10.1:7112]
    priority: 101
  lb2:
    key: ${lines.lb2}
    paths: [udp://10.10.10.2:7112]
groups:
  web:
    interface: eth0
    vips: [10.10.10.42, "2001:db8::42"]
`;

/** The pair with some of its text replaced; throws when the text isn't there, so that no test passes for that reason. */
export function pairWith(...changes: readonly [from: string, to: string][]): string {
  return changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example has no ${JSON.stringify(from)}`);
    return text.replace(from, () => to);
  }, pair);
}
