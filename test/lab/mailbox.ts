import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { Machine } from './machine.ts';
import { until } from './wait.ts';

const PLACE = '/var/mail/ops';
const BOUND_MS = 20_000;
/** A listening socket, in the kernel's table. */
const LISTENS = / 0A /;

/** What a mail server has been given, which takes everything. */
export interface Mailbox {
  /** Whole mails, the first one first. */
  mails(): readonly string[];
}

/** Needs python3-aiosmtpd. Settles when it listens. */
export async function mailboxOn(machine: Machine, address: string): Promise<Mailbox> {
  mkdirSync(machine.outside('/var/mail'), { recursive: true });
  const keep = ['-c', 'aiosmtpd.handlers.Mailbox', PLACE];
  const server = await machine.start('python3', '-m', 'aiosmtpd', '-n', ...keep, '-l', `${address}:25`);
  await until(
    'the mail server to listen',
    BOUND_MS,
    async () => LISTENS.test(await machine.type('cat', '/proc/net/tcp')),
    () => server.output,
  );
  return {
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
