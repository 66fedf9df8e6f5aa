import { dirname } from 'node:path';
import type { Plan, Wanted } from './plan.ts';
import { systemdUnit } from './systemd-unit.ts';

/** A user of its own, without a shell and without a password. */
export const sysusers = (): string => `u sealbeat - "sealbeat failover agent" - -\n`;

/**
 * Who may read what. The directory and the config stay root's: the daemon reads them and never writes there. The identity is the
 * daemon's own, because a secret of root's would need the daemon to be root.
 */
export const tmpfiles = ({ config, identity }: Wanted): string =>
  [...new Set([dirname(config), dirname(identity)])]
    .map((path) => `z ${path} 0750 root sealbeat -\n`)
    .join('') +
  `z ${config} 0640 - sealbeat -\n` +
  `z ${identity} 0600 sealbeat sealbeat -\n`;

/**
 * For an interface of systemd-networkd, as /etc/systemd/network/NAME.network.d/sealbeat.conf beside its NAME.network: networkd takes
 * addresses down that it did not put there. `static` would not do, because a lease counts as dynamic.
 */
export const networkdDropIn = (): string => `[Network]\nKeepConfiguration=yes\n`;

const UNIT = 'sealbeat.service';
/** Where a package of the distribution puts the same; it brings the other two files as well. */
export const PACKAGED_UNIT = `/lib/systemd/system/${UNIT}`;

export function systemdPlan(wanted: Wanted): Plan {
  const file = (path: string, text: string) => ({ path, mode: 0o644, text, comment: 'hash' }) as const;
  const systemctl = (...words: string[]) => ({ words: ['systemctl', ...words] });
  return {
    manager: 'systemd',
    files: [
      file(`/etc/systemd/system/${UNIT}`, systemdUnit(wanted)),
      file('/etc/sysusers.d/sealbeat.conf', sysusers()),
      file('/etc/tmpfiles.d/sealbeat.conf', tmpfiles(wanted)),
    ],
    register: [
      { words: ['systemd-sysusers', 'sealbeat.conf'], otherwise: USERADD },
      { words: ['systemd-tmpfiles', '--create', 'sealbeat.conf'] },
      systemctl('daemon-reload'),
    ],
    enable: [systemctl('enable', '--quiet', UNIT)],
    start: [systemctl('start', UNIT)],
    stop: [{ ...systemctl('stop', UNIT), mayFail: true }],
    disable: [{ ...systemctl('disable', '--quiet', UNIT), mayFail: true }],
    forget: [systemctl('daemon-reload')],
    isEnabled: ['systemctl', 'is-enabled', '--quiet', UNIT],
    isRunning: ['systemctl', 'is-active', '--quiet', UNIT],
    log: 'journalctl -u sealbeat',
  };
}

const USERADD = [
  'useradd',
  '--system',
  '--user-group',
  '--no-create-home',
  '--shell',
  '/usr/sbin/nologin',
  'sealbeat',
];
