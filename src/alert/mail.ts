import type { Clock } from '../core/ports.ts';
import type { MailSettings } from '../core/settings.ts';
import type { NodeName } from '../core/units.ts';
import { readAuthorities, readSecret } from './files.ts';
import { inTime } from './in-time.ts';
import type { FindAddresses } from './lookup.ts';
import type { AlertMessage, AlertTarget, SendOutcome } from './message.ts';
import { mailText, subjectOf } from './mail-text.ts';
import type { Delivery } from './smtp.ts';

/**
 * Mails by SMTP. Who has a mail is not sent it again when another recipient could not take it yet. The library is loaded
 * with the first mail: most daemons send none.
 */
export function mailTarget(
  settings: MailSettings,
  { node, clock, find }: { node: NodeName; clock: Clock; find: FindAddresses },
): AlertTarget {
  let delivered: { readonly id: string; readonly to: Set<string> } = { id: '', to: new Set() };
  return {
    name: 'mail',
    kind: 'mail',
    async send(message, { lost, signal }) {
      if (delivered.id !== message.id) delivered = { id: message.id, to: new Set() };
      const { to: done } = delivered;
      return await inTime(clock, settings.timeoutMs, signal, async (ended) => {
        const [{ deliver }, { formatMail }] = await Promise.all([
          import('./smtp.ts'),
          import('./mail-format.ts'),
        ]);
        const password = settings.passwordFile === '' ? '' : await readSecret(settings.passwordFile);
        const from = settings.from.get(node) ?? '';
        const delivery = await deliver({
          settings,
          password,
          authorities: await readAuthorities(settings.caFile),
          addresses: await find(settings.host),
          envelope: { from, to: settings.to.filter((address) => !done.has(address)) },
          text: formatMail(letterOf(message, lost, settings, from)),
          ended,
        });
        for (const address of delivery.accepted) done.add(address);
        return outcomeOf(delivery);
      });
    },
  };
}

const letterOf = (message: AlertMessage, lost: number, { subject, to }: MailSettings, from: string) => ({
  ...{ from, to, id: message.id, at: message.at },
  subject: subjectOf(message, subject),
  text: mailText(message, lost),
});

function outcomeOf({ accepted, refused, postponed, said }: Delivery): SendOutcome {
  if (postponed.length > 0) return { kind: 'later', why: postponed.join('; ') };
  if (accepted.length === 0) return { kind: 'never', why: refused.join('; ') };
  return { kind: 'sent', said, ...(refused.length === 0 ? {} : { refused: refused.join('; ') }) };
}
