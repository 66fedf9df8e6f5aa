import { ALERT_KINDS, type AlertSettings, type MailSettings, type NodeSettings } from '../core/settings.ts';
import type { AlertsShape } from './schema.ts';

/** What a file says of alerts, with what it leaves out. */
export function alertsOf(
  { mail, webhooks = {}, on, rate, queue }: AlertsShape,
  { cluster, nodes }: { cluster: string; nodes: readonly NodeSettings[] },
): AlertSettings {
  return {
    mail: mail && mailOf(mail, cluster, nodes),
    webhooks: Object.entries(webhooks)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, webhook]) => ({
        name,
        url: webhook.url ?? '',
        urlFile: webhook.url_file ?? '',
        template: webhook.template,
        tokenFile: webhook.token_file ?? '',
        headerFile: webhook.header_file ?? '',
        caFile: webhook.ca ?? '',
        timeoutMs: webhook.timeout,
      })),
    on: ALERT_KINDS.filter((kind) => on.includes(kind)),
    rate: { most: rate.most, perMs: rate.per },
    queueMax: queue,
  };
}

const mailOf = (
  { server, tls, user, password_file, ca, from, to, subject, timeout }: NonNullable<AlertsShape['mail']>,
  cluster: string,
  nodes: readonly NodeSettings[],
): MailSettings => ({
  host: server.host,
  port: server.port,
  tls: server.scheme === 'smtps' ? 'implicit' : (tls ?? 'required'),
  user: user ?? '',
  passwordFile: password_file ?? '',
  caFile: ca ?? '',
  from: new Map(nodes.map(({ name }) => [name, typeof from === 'string' ? from : (from[name] ?? '')])),
  to,
  subject: subject ?? `[sealbeat ${cluster}]`,
  timeoutMs: timeout,
});
