import { OperatorError, unreachable } from '../core/errors.ts';
import { freebsdPlan } from './freebsd.ts';
import { netbsdPlan } from './netbsd.ts';
import { openbsdPlan } from './openbsd.ts';
import { openrcPlan } from './openrc.ts';
import { MANAGERS, type ManagerName, type Plan, type Wanted } from './plan.ts';
import { smfPlan } from './smf.ts';
import { systemdPlan } from './systemd.ts';

export function planFor(manager: ManagerName, wanted: Wanted): Plan {
  switch (manager) {
    case 'systemd':
      return systemdPlan(wanted);
    case 'smf':
      return smfPlan(wanted);
    case 'freebsd':
      return freebsdPlan(wanted);
    case 'openbsd':
      return openbsdPlan(wanted);
    case 'netbsd':
      return netbsdPlan(wanted);
    case 'openrc':
      return openrcPlan(wanted);
    default:
      return unreachable(manager);
  }
}

/** The manager that runs this host. Throws OperatorError when none that we know does. */
export function managerOf(platform: string, exists: (path: string) => boolean): ManagerName {
  if (platform === 'sunos') return 'smf';
  if (platform === 'freebsd' || platform === 'openbsd' || platform === 'netbsd') return platform;
  // As sd_booted(3) asks: the directory is there when systemd runs, not when it is only installed.
  if (platform === 'linux' && exists('/run/systemd/system')) return 'systemd';
  if (platform === 'linux' && (exists('/run/openrc') || exists('/sbin/openrc-run'))) return 'openrc';
  throw new OperatorError('REFUSED', 'no service manager that sealbeat knows runs this host', {
    hint:
      `name one with --manager (${MANAGERS.join(', ')}), for instance with --root for a package; ` +
      'any other can run "sealbeat run" in the foreground: SIGTERM ends it, SIGHUP reloads it',
  });
}

/** The system whose customs a manager follows, for the places of things. */
export const platformOf = (manager: ManagerName): string =>
  manager === 'smf' ? 'sunos' : manager === 'systemd' || manager === 'openrc' ? 'linux' : manager;
