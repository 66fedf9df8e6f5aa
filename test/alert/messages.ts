import type { AlertMessage } from '../../src/alert/message.ts';
import type { MailSettings, WebhookSettings } from '../../src/core/settings.ts';
import type { NodeName, WallMs } from '../../src/core/units.ts';

export const at = Date.parse('2026-03-01T12:00:00.000Z') as WallMs;

export const moved = (changes: Partial<AlertMessage> = {}): AlertMessage => ({
  ...{ id: 'mail.lb2.abc.1', kind: 'moves', key: '', severity: 'warning', resolved: false },
  ...{ title: 'web moved to lb2', text: 'web moved to lb2 (from lb1)', cluster: 'mail', at, since: at },
  ...{ node: 'lb2' as NodeName, group: 'web', from: 'lb1', to: 'lb2', cause: 'lb1 is silent', epoch: 81 },
  ...{ gap: 'at most 3.1 s', details: ['lb1: silent, last heard 3.1 s ago'], next: 'sealbeat explain web' },
  ...changes,
});

export const mailSettings = (changes: Partial<MailSettings> = {}): MailSettings => ({
  ...{ host: '127.0.0.1', port: 25, tls: 'off', user: '', passwordFile: '', caFile: '', timeoutMs: 5_000 },
  ...{ to: ['ops@example.net'], subject: '[sealbeat mail]' },
  from: new Map([['lb2' as NodeName, 'lb2@example.net']]),
  ...changes,
});

export const webhookSettings = (changes: Partial<WebhookSettings> = {}): WebhookSettings => ({
  ...{ name: 'chat', url: '', urlFile: '', template: { kind: 'json' }, tokenFile: '', headerFile: '' },
  ...{ caFile: '', timeoutMs: 5_000 },
  ...changes,
});
