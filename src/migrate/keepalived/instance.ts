import type { Ledger } from '../ledger.ts';
import { keptLines } from './kept.ts';
import { INSTANCE, keywordIn } from './keywords.ts';
import { readSmtpAlert, type SmtpAlert } from './mails.ts';
import { isNotify, readNotify, type Notify } from './notify.ts';
import { isTracking, readTrackers, type Tracker } from './trackers.ts';
import { pathAddress } from '../path-address.ts';
import { secondsAsMs, wholeNumber } from '../number.ts';
import type { Statement } from './parser.ts';
import { bareAddress, readVip, type ReadVip } from './vip.ts';

/** One vrrp_instance as one node has it. */
export interface Instance {
  readonly name: string;
  readonly statement: Statement;
  readonly link: string | undefined;
  readonly routerId: number | undefined;
  readonly priority: number;
  readonly state: string | undefined;
  readonly advertMs: number;
  readonly missed: number | undefined;
  readonly manual: boolean;
  readonly delayMs: number | undefined;
  readonly source: string | undefined;
  readonly peers: readonly string[];
  readonly vips: readonly ReadVip[];
  readonly refreshMs: number | undefined;
  readonly kept: readonly string[];
  readonly trackers: readonly Tracker[];
  readonly notifies: readonly Notify[];
  readonly smtpAlert: SmtpAlert | undefined;
  /** Priority 255, which no weight changes in keepalived. */
  readonly isOwner: boolean;
}

type Draft = { -readonly [Key in keyof Instance]: Instance[Key] } & {
  vips: ReadVip[];
  peers: string[];
  kept: string[];
  trackers: Tracker[];
  notifies: Notify[];
};

export interface InstanceDefaults {
  readonly link: string | undefined;
  readonly refreshMs: number | undefined;
}

export function readInstance(statement: Statement, defaults: InstanceDefaults, ledger: Ledger): Instance {
  const name = statement.words[1] ?? '';
  const draft: Draft = {
    name,
    statement,
    link: defaults.link,
    routerId: undefined,
    priority: 100,
    state: undefined,
    advertMs: 1_000,
    missed: undefined,
    manual: false,
    delayMs: undefined,
    source: undefined,
    peers: [],
    vips: [],
    refreshMs: defaults.refreshMs,
    kept: [],
    trackers: [],
    notifies: [],
    smtpAlert: undefined,
    isOwner: false,
  };
  const children = statement.children ?? [];
  // A label is judged by the interface, which may be written behind it.
  for (const child of children) if (child.words[0] === 'interface') draft.link = child.words[1] ?? draft.link;
  for (const child of children) readWord(child, draft, ledger);
  return draft;
}

function readWord(statement: Statement, draft: Draft, ledger: Ledger): void {
  const [word = '', value] = statement.words;
  const handler = Object.hasOwn(HANDLERS, word) ? HANDLERS[word] : undefined;
  if (handler) return handler(statement, value, draft, ledger);
  if (readTransition(statement, draft, ledger)) return;
  const known = keywordIn(INSTANCE, word);
  if (!known) return keepUnknown(statement, draft.kept, ledger);
  ledger.cover(statement, known.verdict, known.says);
  if (known.keep) draft.kept.push(...keptLines(statement));
}

/** What an instance and a sync group have alike: what they track, run and mail. Whether it was such a word. */
export function readTransition(
  statement: Statement,
  owner: {
    readonly kept: string[];
    readonly trackers: Tracker[];
    readonly notifies: Notify[];
    smtpAlert: SmtpAlert | undefined;
  },
  ledger: Ledger,
): boolean {
  const [word = ''] = statement.words;
  if (isTracking(word)) owner.trackers.push(...readTrackers(statement, ledger));
  else if (isNotify(word)) {
    const notify = readNotify(statement, owner.kept, ledger);
    if (notify) owner.notifies.push(notify);
  } else if (word === 'smtp_alert') owner.smtpAlert = readSmtpAlert(statement);
  else return false;
  return true;
}

/** Whatever it is, the operator sees it where it stood. */
export function keepUnknown(statement: Statement, kept: string[], ledger: Ledger): void {
  const word = statement.words[0] ?? '{';
  ledger.cover(statement, 'missing', `"${word}" is no word that sealbeat knows; kept as a comment`);
  kept.push(...keptLines(statement));
}

const VIPS_MAX = 1_024;
const PEERS_MAX = 7;

type Handler = (statement: Statement, value: string | undefined, draft: Draft, ledger: Ledger) => void;

const bad = (ledger: Ledger, statement: Statement, what: string): void =>
  ledger.cover(statement, 'missing', `not ${what}, so it is left out; write it into the YAML by hand`);

const HANDLERS: Readonly<Record<string, Handler>> = {
  state(statement, value, draft, ledger) {
    draft.state = value?.toUpperCase();
    ledger.cover(statement, 'ignored', INSTANCE['state']!.says);
  },
  interface(statement, value, _, ledger) {
    if (value === undefined) bad(ledger, statement, 'the name of an interface');
    else ledger.cover(statement, 'taken', `the interface of the group: ${value}`);
  },
  virtual_router_id(statement, value, draft, ledger) {
    draft.routerId = wholeNumber(value, 1, 255);
    ledger.cover(statement, 'ignored', INSTANCE['virtual_router_id']!.says);
  },
  priority(statement, value, draft, ledger) {
    const priority = wholeNumber(value, 1, 255);
    if (priority === undefined) return bad(ledger, statement, 'a number from 1 to 255');
    draft.priority = Math.min(254, priority);
    draft.isOwner = priority === 255;
    if (priority === 255)
      ledger.cover(statement, 'changed', 'priority 254: there is no owner of an address that always wins');
    else ledger.cover(statement, 'taken', `priority ${priority}`);
  },
  advert_int(statement, value, draft, ledger) {
    const ms = secondsAsMs(value, 0.01, 255);
    if (ms === undefined) return bad(ledger, statement, 'a time from 0.01 to 255 seconds');
    draft.advertMs = ms;
    ledger.cover(statement, 'changed', INSTANCE['advert_int']!.says);
  },
  down_timer_adverts(statement, value, draft, ledger) {
    const missed = wholeNumber(value, 1, 100);
    if (missed === undefined) return bad(ledger, statement, 'a number from 1 to 100');
    draft.missed = missed;
    ledger.cover(statement, 'taken', INSTANCE['down_timer_adverts']!.says);
  },
  nopreempt(statement, _, draft, ledger) {
    draft.manual = true;
    ledger.cover(statement, 'taken', 'failback: { mode: manual }; "sealbeat failback GROUP" gives it back');
  },
  preempt_delay(statement, value, draft, ledger) {
    const ms = secondsAsMs(value, 0, 3_600);
    if (ms === undefined) return bad(ledger, statement, 'a time from 0 to 3600 seconds');
    draft.delayMs = ms;
    ledger.cover(statement, 'taken', 'failback.delay; it counts from when the better node is healthy');
  },
  garp_master_refresh(statement, value, draft, ledger) {
    const ms = refreshMs(value);
    if (ms === undefined)
      return ledger.cover(statement, 'changed', 'the default of announce.refresh, 60s, stands in its place');
    draft.refreshMs = ms;
    ledger.cover(statement, 'taken', 'announce.refresh');
  },
  unicast_src_ip: ownAddress,
  mcast_src_ip: ownAddress,
  unicast_peer: unicastPeers,
  virtual_ipaddress: addresses,
  virtual_ipaddress_excluded: addresses,
};

export const refreshMs = (text: string | undefined): number | undefined => secondsAsMs(text, 1, 3_600);

function ownAddress(statement: Statement, value: string | undefined, draft: Draft, ledger: Ledger): void {
  const address = pathAddress(value);
  if (address === undefined) return bad(ledger, statement, 'an address that other nodes could reach');
  draft.source = address;
  ledger.cover(statement, 'taken', 'the path of this node');
}

function unicastPeers(statement: Statement, _: string | undefined, draft: Draft, ledger: Ledger): void {
  ledger.say(statement, 'taken', 'the other nodes');
  for (const peer of statement.children ?? []) {
    const [text, ...options] = peer.words;
    const address = pathAddress(text);
    if (address === undefined) {
      bad(ledger, peer, 'an address that this node could reach');
      continue;
    }
    if (draft.peers.length === PEERS_MAX && !draft.peers.includes(address)) {
      ledger.cover(peer, 'missing', `left out: a cluster has at most ${PEERS_MAX + 1} nodes`);
      continue;
    }
    if (!draft.peers.includes(address)) draft.peers.push(address);
    if (options.length === 0) ledger.cover(peer, 'taken', 'the path of another node');
    else
      ledger.cover(
        peer,
        'changed',
        `the path of another node; left out, because frames are signed: ${options.join(' ')}`,
      );
  }
}

function addresses(statement: Statement, _: string | undefined, draft: Draft, ledger: Ledger): void {
  ledger.say(statement, 'taken', INSTANCE[statement.words[0]!]!.says);
  const present = new Set(draft.vips.map((vip) => bareAddress(vip.address)));
  for (const one of statement.children ?? []) {
    const vip = readVip(one.words, draft.link);
    if ('problem' in vip) {
      ledger.cover(one, 'missing', `${vip.problem}; left out, write it into the YAML by hand`);
    } else if (present.has(bareAddress(vip.address))) {
      ledger.cover(one, 'ignored', 'this address stands here before; once is enough');
    } else if (present.size === VIPS_MAX) {
      ledger.cover(one, 'missing', `left out: a group has at most ${VIPS_MAX} addresses; make a second one`);
    } else {
      draft.vips.push(vip);
      present.add(bareAddress(vip.address));
      const taken = `vips: ${vip.address}`;
      if (vip.remarks.length === 0) ledger.cover(one, 'taken', taken);
      else ledger.cover(one, 'changed', [taken, ...vip.remarks].join('; '));
    }
  }
}
