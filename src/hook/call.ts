import { KEEPALIVED_WORDS, type HookSettings } from '../core/hooks.ts';
import type { Errand, Vip } from '../core/ports.ts';
import type { Account } from './account.ts';

/** What a hook is told of its group. */
export interface Told {
  readonly errand: Errand;
  readonly vips: readonly Vip[];
  /** The effective one of this node. */
  readonly priority: number;
}

/** The program and its arguments, as they reach it. */
export const hookWords = (
  { moment, words, style }: HookSettings,
  { errand, priority }: Told,
): readonly string[] =>
  style === 'sealbeat'
    ? words
    : [...words, 'INSTANCE', errand.group, KEEPALIVED_WORDS[moment] ?? '', String(priority)];

/** What hooks are told beside their arguments, as the programs of `adapter: script` are. */
export const toldEnvironment = (
  { moment }: HookSettings,
  { errand, vips }: Told,
): Readonly<Record<string, string>> => ({
  SEALBEAT_GROUP: errand.group,
  SEALBEAT_NODE: errand.node,
  SEALBEAT_EPOCH: String(errand.epoch),
  SEALBEAT_ROLE: errand.role,
  SEALBEAT_PEER: errand.peer,
  SEALBEAT_CAUSE: errand.cause,
  SEALBEAT_VIPS: vips
    .map(({ address, prefixLength, link }) => `${address}/${prefixLength}@${link}`)
    .join(' '),
  SEALBEAT_HOOK: moment,
});

const PATH = [
  '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  // Where packages are on NetBSD, on OmniOS and on SmartOS.
  '/usr/pkg/sbin:/usr/pkg/bin:/opt/ooce/sbin:/opt/ooce/bin:/opt/local/sbin:/opt/local/bin',
].join(':');

/** Nothing of our own environment gets through: a hook finds the same whoever starts it, the daemon or a test by hand. */
export const userEnvironment = ({ name, home }: Account): Readonly<Record<string, string>> => ({
  PATH,
  HOME: home,
  USER: name,
  LOGNAME: name,
  SHELL: '/bin/sh',
  LC_ALL: 'C',
});
