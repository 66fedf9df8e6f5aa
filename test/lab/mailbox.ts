import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { Machine } from './machine.ts';

const PLACE = '/var/mail/ops';
const LISTENING_HEX_STATE = '0A';

/** A mail server that takes everything and keeps it. Needs python3-aiosmtpd. */
export interface Mailbox {
  /** Whole mails, the first one first. */
  mails(): readonly string[];
  isListening(): Promise<boolean>;
}

export async function mailboxOn(machine: Machine, address: string): Promise<Mailbox> {
  mkdirSync(machine.outside('/var/mail'), { recursive: true });
  const keep = ['-c', 'aiosmtpd.handlers.Mailbox', PLACE];
  await machine.start('python3', '-m', 'aiosmtpd', '-n', ...keep, '-l', `${address}:25`);
  return {
    async isListening() {
      return (await machine.type('cat', '/proc/net/tcp')).includes(` ${LISTENING_HEX_STATE} `);
    },
    mails() {
      const folder = machine.outside(`${PLACE}/new`);
      try {
        // A name begins with the second in which the mail came; within one, with their number.
        const names = readdirSync(folder).toSorted((a, b) => numberOf(a) - numberOf(b));
        return names.map((name) => readFileSync(`${folder}/${name}`, 'utf8'));
      } catch {
        return []; // the first mail makes the folder
      }
    },
  };
}

/** Of `SECONDS.M…P…Q5.HOST`, the 5: the fifth mail of this server. */
const numberOf = (name: string): number => Number(/Q(\d+)\./.exec(name)?.[1] ?? 0);
