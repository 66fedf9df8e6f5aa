import type { LookupAddress } from 'node:dns';
import { connect, isIP, type Socket } from 'node:net';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailSettings } from '../core/settings.ts';
import { trusting } from './trust.ts';
import { firstWords, whatWentWrong } from './words.ts';

export interface Order {
  readonly settings: MailSettings;
  readonly password: string;
  readonly authorities: string | undefined;
  readonly addresses: readonly [LookupAddress, ...LookupAddress[]];
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly text: string;
  /** Aborted: the connection is ended at once. */
  readonly ended: AbortSignal;
}

/** What the server took, and what it said of the rest. */
export interface Delivery {
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
  readonly postponed: readonly string[];
  readonly said: string;
}

/** In the words of the library. */
interface SmtpError {
  readonly message: string;
  readonly response?: string | undefined;
  readonly permanent?: boolean | undefined;
  readonly recipient?: string | undefined;
  readonly rejectedErrors?: readonly SmtpError[] | undefined;
}

/** For the last word of a server that has taken the mail already. */
const QUIT_MS = 2_000;

/** One mail over one connection. Once the server has said that it has the mail, that is the outcome. Rejects when it may be tried again. */
export async function deliver({
  settings,
  password,
  envelope,
  text,
  ended,
  ...order
}: Order): Promise<Delivery> {
  const socket = await connected(order.addresses, settings.port, ended);
  const connection = new SMTPConnection({
    ...connectionOptions(settings, order.authorities),
    connection: socket,
  });
  const broken = Promise.withResolvers<never>();
  connection.on('error', broken.reject);
  broken.promise.catch(() => undefined); // it may come when nobody waits any more
  const end = (): void => {
    connection.close();
    socket.destroy();
    broken.reject(new Error('ended'));
  };
  ended.addEventListener('abort', end, { once: true });
  const step = (act: (done: (error?: Error | null) => void) => void): Promise<void> =>
    Promise.race([
      broken.promise,
      new Promise<void>((resolve, reject) => act((error) => (error ? reject(error) : resolve()))),
    ]);
  try {
    await step((done) => connection.connect(done));
    if (settings.user !== '')
      await step((done) => connection.login({ user: settings.user, pass: password }, done));
    let delivery: Delivery | undefined;
    await step((done) =>
      connection.send({ from: envelope.from, to: [...envelope.to] }, text, (error, info) => {
        if (!error) delivery = deliveryOf(info.accepted, info.rejectedErrors ?? [], info.response);
        done(error);
      }),
    );
    socket.setTimeout(QUIT_MS);
    connection.quit();
    setTimeout(end, QUIT_MS).unref();
    return delivery!;
  } catch (error) {
    end();
    const refused = deliveryOf([], refusalsIn(error as SmtpError), '');
    if (refused.refused.length + refused.postponed.length > 0) return refused;
    throw new Error(`${settings.host}: ${whatWentWrong(error)}`, { cause: error });
  } finally {
    ended.removeEventListener('abort', end);
  }
}

function connectionOptions(
  { host, tls, timeoutMs }: MailSettings,
  authorities: string | undefined,
): ConstructorParameters<typeof SMTPConnection>[0] {
  const limits = { greetingTimeout: timeoutMs, socketTimeout: timeoutMs, connectionTimeout: timeoutMs };
  const common = { ...limits, host, port: 0, maxResponseSize: 64 * 1024, socketCloseTimeout: QUIT_MS };
  if (tls === 'off') return { ...common, secure: false, ignoreTLS: true };
  const servername = isIP(host) === 0 ? { servername: host } : {};
  // Who could show a false certificate could as well keep the server from offering anything.
  if (tls === 'if_offered')
    return {
      ...common,
      secure: false,
      opportunisticTLS: true,
      tls: { rejectUnauthorized: false, ...servername },
    };
  const trusted = { secureContext: trusting(authorities), ...servername };
  return { ...common, secure: tls === 'implicit', requireTLS: tls === 'required', tls: trusted };
}

/** The first of its addresses that answers. */
function connected(addresses: Order['addresses'], port: number, ended: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const [first] = addresses;
    const socket = connect({
      ...{ host: first.address, port, autoSelectFamily: addresses.length > 1 },
      lookup: (_host, { all }, done) =>
        all === true ? done(null, [...addresses]) : done(null, first.address, first.family),
      ...(addresses.length > 1 ? { host: 'mail' } : {}),
      signal: ended,
    });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

/** An answer of the server that settles it, one for each recipient where it spoke of them. */
function refusalsIn(error: SmtpError): readonly SmtpError[] {
  if (error.rejectedErrors !== undefined && error.rejectedErrors.length > 0) return error.rejectedErrors;
  return error.permanent === true ? [error] : [];
}

function deliveryOf(accepted: readonly string[], errors: readonly SmtpError[], said: string): Delivery {
  const wordsOf = ({ recipient, response, message }: SmtpError): string =>
    firstWords(`${recipient === undefined ? '' : `${recipient}: `}${response ?? message}`);
  return {
    accepted,
    refused: errors.filter(({ permanent }) => permanent === true).map(wordsOf),
    postponed: errors.filter(({ permanent }) => permanent !== true).map(wordsOf),
    said: firstWords(said),
  };
}
