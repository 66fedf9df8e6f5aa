import { formatDuration } from '../../config/duration.ts';
import { hostText } from '../host-text.ts';
import type { DraftAlerts, DraftValue } from '../draft.ts';
import type { Ledger } from '../ledger.ts';
import { secondsAsMs, wholeNumber } from '../number.ts';
import { GLOBAL } from './keywords.ts';
import type { Statement } from './parser.ts';
import type { NamedView } from './together.ts';

/** What an instance, a sync group or global_defs says about mails, one node's. */
export interface SmtpAlert {
  readonly statement: Statement;
  readonly isOn: boolean;
}

export const readSmtpAlert = (statement: Statement): SmtpAlert => ({
  statement,
  isOn: !/^(off|false|no)$/i.test(statement.words[1] ?? 'on'),
});

export const MAIL_WORDS: ReadonlySet<string> = new Set([
  ...['notification_email', 'notification_email_from', 'smtp_server', 'smtp_connect_timeout'],
  ...['smtp_alert', 'smtp_alert_vrrp', 'no_email_faults', 'email_faults'],
]);

const NOBODY = 'smtp_alert is on nowhere, so keepalived sends no mail of a move either';
const NOT_SENT =
  'keepalived sends none without notification_email and smtp_server, and neither is one sent here';

const NO_SERVER = 'not a host and a port, so there are no alerts; write them by hand';
const ON = 'alerts, of all groups and of all nodes';
const OFF = 'alerts are of all groups, so of this one as well';

/** From all nodes, one place to send mails to: none of it differs by node, but for the sender. */
export function alertsOf(
  views: readonly NamedView[],
  nodes: readonly string[],
  { ledger, notes }: { readonly ledger: Ledger; readonly notes: string[] },
): DraftAlerts | undefined {
  const all = views.map(({ node, view }) => ({
    node,
    words: new Map(view.mails.map((one) => [one.words[0] ?? '', one])),
  }));
  const statements = views.flatMap(({ view }) => view.mails);
  const alerts = views.flatMap(({ view }) =>
    [...view.instances, ...view.syncGroups].flatMap(({ smtpAlert }) => smtpAlert ?? []),
  );
  const ignore = (says: string): undefined => {
    for (const statement of [...statements, ...alerts.map((one) => one.statement)])
      ledger.cover(statement, 'ignored', says);
  };
  if (!isOnSomewhere(views)) return ignore(NOBODY);
  const first = (word: string): Statement | undefined =>
    all.map(({ words }) => words.get(word)).find((one) => one !== undefined);
  const to = recipients(statements, ledger);
  const written = first('smtp_server');
  const server = serverOf(written);
  if (written && !server) ledger.cover(written, 'missing', NO_SERVER);
  if (to.length === 0 || server === undefined) return ignore(NOT_SENT);
  for (const word of ['notification_email', 'smtp_server', 'smtp_connect_timeout'])
    if (new Set(all.map(({ words }) => meaning(words.get(word)))).size > 1)
      notes.push(`${word} differs between the nodes; mails are sent as one of them has it`);
  for (const statement of statements) sayTaken(statement, server, ledger);
  for (const { statement, isOn } of alerts) ledger.cover(statement, 'changed', isOn ? ON : OFF);
  const timeoutMs = secondsAsMs(first('smtp_connect_timeout')?.words[1], 1, 300) ?? 30_000;
  return {
    mail: [
      ['server', server.url],
      ['tls', server.tls],
      ['from', sender(all, nodes, notes)],
      ['to', to],
      ...(timeoutMs === 30_000 ? [] : [['timeout', formatDuration(timeoutMs)] as const]),
    ],
    on: first('no_email_faults') ? ['moves'] : ['moves', 'faults'],
  };
}

const meaning = (statement: Statement | undefined): string =>
  JSON.stringify([statement?.words, (statement?.children ?? []).map(({ words }) => words)]);

function isOnSomewhere(views: readonly NamedView[]): boolean {
  return views.some(({ view }) => {
    const global = (word: string): boolean | undefined => {
      const statement = view.mails.find(({ words }) => words[0] === word);
      return statement && readSmtpAlert(statement).isOn;
    };
    const usual = global('smtp_alert_vrrp') ?? global('smtp_alert') ?? false;
    return [...view.instances, ...view.syncGroups].some(({ smtpAlert }) => smtpAlert?.isOn ?? usual);
  });
}

const ADDRESS = /^[^\s@<>()[\],;:\\"]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;
const RECIPIENTS_MAX = 20;

/** `ops@example.net` in `My admins <ops@example.net>` as well. */
function mailAddress(text: string): string | undefined {
  const address = /<([^<>]+)>\s*$/.exec(text)?.[1] ?? text;
  return /^[!-~]+$/.test(address) && ADDRESS.test(address) ? address : undefined;
}

function recipients(statements: readonly Statement[], ledger: Ledger): readonly string[] {
  const found = new Set<string>();
  for (const block of statements.filter(({ words }) => words[0] === 'notification_email')) {
    // On one line they are words, in a block each is a statement.
    for (const word of block.words.slice(1)) add(word, block);
    for (const child of block.children ?? []) for (const word of child.words) add(word, child);
  }
  function add(written: string, statement: Statement): void {
    const address = mailAddress(written);
    if (address === undefined) ledger.cover(statement, 'missing', 'not a mail address; left out');
    else if (found.size === RECIPIENTS_MAX && !found.has(address))
      ledger.cover(statement, 'missing', `left out: there are at most ${RECIPIENTS_MAX}; write to a list`);
    else {
      found.add(address);
      const isAlone = address === written;
      const says = isAlone ? 'alerts.mail.to' : `alerts.mail.to: ${address}, without the name`;
      if (statement !== undefined) ledger.cover(statement, isAlone ? 'taken' : 'changed', says);
    }
  }
  return [...found];
}

interface Server {
  readonly url: string;
  readonly tls: 'off' | 'if_offered';
}

const SMTP_PORT = 25;

/** keepalived speaks no TLS: on this host that is as good, elsewhere it is used where the server has it. */
function serverOf(statement: Statement | undefined): Server | undefined {
  const [, host = '', portText] = statement?.words ?? [];
  const port = portText === undefined ? SMTP_PORT : wholeNumber(portText, 1, 65_535);
  const written = hostText(host);
  if (port === undefined || written === undefined) return undefined;
  const isHere = host.startsWith('127.') || host === '::1' || host === 'localhost';
  return { url: `smtp://${written}:${port}`, tls: isHere ? 'off' : 'if_offered' };
}

type Words = { readonly node: string; readonly words: ReadonlyMap<string, Statement> };

/** keepalived's own default is keepalived@HOST; a node's name stands for that of its host. */
function sender(all: readonly Words[], nodes: readonly string[], notes: string[]): DraftValue {
  const written = new Map(
    all.flatMap(({ node, words }) => {
      const address = mailAddress(words.get('notification_email_from')?.words[1] ?? '');
      return address === undefined ? [] : [[node, address] as const];
    }),
  );
  const [one] = written.values();
  if (one !== undefined && new Set(written.values()).size === 1) return one;
  const from = new Map(nodes.map((node) => [node, written.get(node) ?? `keepalived@${node}`]));
  const made = nodes.filter((node) => !written.has(node));
  if (made.length > 0)
    notes.push(
      `alerts.mail.from of ${made.join(', ')} is made up, as keepalived does: keepalived@ and the name`,
    );
  return from;
}

function sayTaken(statement: Statement, server: Server, ledger: Ledger): void {
  const [word = ''] = statement.words;
  const known = GLOBAL[word];
  if (!known) return;
  if (word === 'notification_email') ledger.say(statement, 'taken', known.says);
  else if (word === 'smtp_server') {
    const why = server.tls === 'off' ? 'as it is on this host' : 'encrypted where the server offers it';
    ledger.cover(
      statement,
      'changed',
      `alerts.mail.server: ${server.url}, tls: ${server.tls}, ${why} (keepalived speaks no TLS)`,
    );
  } else if (word === 'notification_email_from' && mailAddress(statement.words[1] ?? '') === undefined)
    ledger.cover(statement, 'missing', 'not a mail address; left out');
  else ledger.cover(statement, known.verdict, known.says);
}
