import type { HearingWire } from '../lan.ts';
import type { HostModel } from '../model.ts';
import { addressObjects } from './address-objects.ts';
import { bootUp } from './boot.ts';
import { countedWire } from './counted-wire.ts';
import { dladm } from './dladm.ts';
import { ifconfig } from './ifconfig.ts';
import { ipadm } from './ipadm.ts';
import { illumosKernel } from './kernel.ts';
import { watchLinks } from './link-watch.ts';
import type { LinkWatch } from './link-watch.ts';
import type { Machine } from './machine.ts';
import type { Conditions, IllumosSetup } from './setup.ts';
import { DUP_RECOVERY, ipTunables } from './tunables.ts';
import { variantsWith } from './variants.ts';

export interface IllumosHost extends HostModel {
  /** Only what is persistent comes back, each address with its own duplicate detection. */
  reboot(): Promise<void>;
  /** What may change while it runs; a test sets it. */
  readonly conditions: Conditions;
}

const COMMANDS = { ipadm, ifconfig, dladm } as const;

/** A host of illumos, as its commands show it. */
export async function illumosHost(given: IllumosSetup): Promise<IllumosHost> {
  const setup = { ...given, wire: countedWire(given.wire) };
  const variants = variantsWith(setup.variants);
  const conditions: Conditions = { isAuthorized: true, isPrivileged: true, hasIpmgmtd: true };
  const tunables = ipTunables();
  let links: LinkWatch | undefined;
  const kernel = illumosKernel({
    ...{ setup, variants, conditions },
    recoveryMs: () => tunables.get(DUP_RECOVERY)?.current ?? 0,
    links: () => links ?? { isUp: () => true, close: () => undefined },
  });
  const objects = addressObjects();
  const persistentLinks = new Set<string>();
  const machine: Machine = { setup, kernel, objects, tunables, persistentLinks, conditions, variants };
  links = await watchLinks(
    setup,
    setup.links.map(({ name }) => name),
    (link, isUp) => kernel.linkChanged(link, isUp),
  );
  const stopHearing = isHearing(given.wire)
    ? given.wire.onAnnounce((link, address) => kernel.heard(link, address))
    : () => undefined;
  await bootUp(machine, 'first');

  return {
    commands: Object.keys(COMMANDS),
    conditions,
    async run([name = '', ...args]) {
      if (name === 'ipadm' || name === 'ifconfig' || name === 'dladm') return COMMANDS[name](machine, args);
      return { rc: 127, stdout: '', stderr: `${name}: not found\n` };
    },
    async reboot() {
      await kernel.boot.shutdown();
      await bootUp(machine, 'again');
    },
    close() {
      links?.close();
      stopHearing();
      void kernel.boot.shutdown();
    },
  };
}

const isHearing = (wire: IllumosSetup['wire']): wire is HearingWire => 'onAnnounce' in wire;
