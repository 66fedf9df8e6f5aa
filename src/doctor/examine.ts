import { agentFindings } from './agent.ts';
import { announcingFindings } from './announcing.ts';
import { clockFindings } from './clock.ts';
import { cloudFindings } from './clouds.ts';
import { configFindings } from './config.ts';
import type { Facts } from './facts.ts';
import type { Finding, Level } from './finding.ts';
import { firewallFindings } from './firewall.ts';
import { identityFindings } from './identity.ts';
import { interfaceFindings } from './interfaces.ts';
import { linuxOnlyFindings } from './linux-only.ts';
import { managerFindings } from './managers.ts';
import { mtuFindings } from './mtu.ts';
import { neighbourFindings } from './neighbours.ts';
import { pathFindings } from './paths.ts';
import { rightsFindings } from './rights.ts';
import { bootFindings } from './boot.ts';
import { sysctlFindings } from './sysctls.ts';
import { timingFindings } from './timing.ts';

/** In the order in which things depend on each other. */
const CHECKS: readonly ((facts: Facts) => readonly Finding[])[] = [
  configFindings,
  identityFindings,
  agentFindings,
  rightsFindings,
  interfaceFindings,
  managerFindings,
  announcingFindings,
  sysctlFindings,
  pathFindings,
  firewallFindings,
  mtuFindings,
  neighbourFindings,
  cloudFindings,
  timingFindings,
  bootFindings,
  clockFindings,
  linuxOnlyFindings,
];

export const LEVELS: readonly Level[] = ['ok', 'note', 'warning', 'problem'];

/** All that is to be said about this host, the worst last: that is what is still on the screen. */
export function findingsOf(facts: Facts): readonly Finding[] {
  const all = CHECKS.flatMap((check) => check(facts));
  return LEVELS.flatMap((level) => all.filter((finding) => finding.level === level));
}
