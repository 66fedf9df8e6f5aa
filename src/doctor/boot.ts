import type { Facts } from './facts.ts';
import { fine, type Finding } from './finding.ts';

export function bootFindings({ service }: Facts): readonly Finding[] {
  if (service === undefined) return [];
  if (/^(enabled|enabled-runtime|static|generated)$/.test(service))
    return [fine('service', 'sealbeat.service', 'it starts with the host')];
  const unknown = service === '' || service === 'not-found';
  return [
    {
      ...{ id: 'service-off', level: 'note', subject: 'sealbeat.service' },
      what: unknown ? 'systemd does not know it' : `it is ${service}`,
      why: 'after a reboot nobody starts the agent here',
      fix: unknown ? 'install the package, or the unit of its own' : 'systemctl enable --now sealbeat',
    },
  ];
}
