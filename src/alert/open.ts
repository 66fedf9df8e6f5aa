import type { Clock } from '../core/ports.ts';
import type { AlertSettings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';
import { newFindAddresses, type FindAddresses } from './lookup.ts';
import { mailTarget } from './mail.ts';
import type { AlertTarget } from './message.ts';
import { webhookTarget } from './webhook.ts';

export interface TargetPorts {
  readonly node: NodeName;
  readonly version: string;
  readonly clock: Clock;
  readonly find?: FindAddresses;
}

/** Every place that the config names. Nothing is looked up, read or connected to before there is something to send. */
export function openTargets(
  { mail, webhooks }: Pick<AlertSettings, 'mail' | 'webhooks'>,
  { node, version, clock, find = newFindAddresses() }: TargetPorts,
): readonly AlertTarget[] {
  return [
    ...(mail === undefined ? [] : [mailTarget(mail, { node, clock, find })]),
    ...webhooks.map((webhook) => webhookTarget(webhook, { clock, find, version })),
  ];
}
