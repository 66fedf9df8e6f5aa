/*
 * One host of another system, in the network namespace in which this program is started: a model on the real wire, behind
 * executables. Takes a plan as its argument and orders as messages, and lives until it is killed or its parent is gone.
 */
import { systemClock } from '../../src/system/clock.ts';
import { openDoor } from './door/door.ts';
import { foreignWire } from './foreign-wire.ts';
import type { Call, FromHost, FromParent, HeardAdvert, HostPlan, Order } from './host-messages.ts';
import type { Outcome } from './model.ts';
import { factsOf } from './namespace/facts.ts';
import { namespaceWire } from './namespace-wire.ts';
import { systemHostOf } from './system-host.ts';

const plan = JSON.parse(process.argv[2] ?? '') as HostPlan;
const say = (message: FromHost): void => void process.send?.(message);

const links = await Promise.all(plan.links.map((name) => factsOf(name)));
const realWire = await namespaceWire(links);
const wire = foreignWire(realWire);
const hostInNamespace = await systemHostOf(plan.system);
const { model, orders } = await hostInNamespace({
  ...{ clock: systemClock, wire, random: Math.random, links },
  options: plan.options,
});

const calls: Call[] = [];
const adverts: HeardAdvert[] = [];
wire.onAdvert((link, advert) => adverts.push({ link, advert }));
const run = async (argv: readonly string[]): Promise<Outcome> => {
  const outcome = await model.run(argv);
  calls.push({ argv, rc: outcome.rc });
  return outcome;
};
const { binFolder } = openDoor({ folder: plan.folder, commands: model.commands, run });

async function carryOut(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'run':
      return run(order.argv);
    case 'calls':
      return calls;
    case 'foreign':
      return wire.setForeign(order.link, order.address, order.isThere);
    case 'conflict':
      return wire.announceForeign(order.link, order.address);
    case 'advertise':
      return wire.advertise(order.link, order.advert, order.peer);
    case 'adverts':
      return adverts;
    case 'system': {
      const carryOutOwn = orders[order.name];
      if (carryOutOwn === undefined) throw new Error(`${plan.system} knows no order ${order.name}`);
      return carryOutOwn(order.argument);
    }
  }
}

process.on('message', ({ id, order }: FromParent) => {
  carryOut(order).then(
    (value) => say({ kind: 'done', id, value }),
    (error: unknown) => say({ kind: 'failed', id, text: String(error) }),
  );
});
process.on('disconnect', () => {
  realWire.close(); // or its tools would outlive us
  process.exit(0);
});
say({ kind: 'ready', binFolder });
