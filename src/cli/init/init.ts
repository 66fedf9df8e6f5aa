import { OperatorError } from '../../core/errors.ts';
import { clusterWith, memberWith, type Cluster, type Member } from '../../pairing/cluster.ts';
import { withMembers } from '../../pairing/extend.ts';
import { formatPairLine, parsePairLine, type PairLine } from '../../pairing/line.ts';
import { answerLine, wholeLine } from '../../pairing/lines-of.ts';
import { knows, newcomersIn, refuseOwnLine, whyNotTogether } from '../../pairing/merge.ts';
import { whyNoVipHere } from '../../pairing/place.ts';
import { renderConfig } from '../../pairing/render.ts';
import type { CliHost } from '../host.ts';
import { agreed, answersFrom } from '../questions.ts';
import { note, tell, warn } from '../talk.ts';
import { commonFrom, memberFrom } from './answers.ts';
import { refuseOtherAnswers, refuseSharedAnswers } from './known-answers.ts';
import { acceptable } from './acceptable.ts';
import { idsOf, look, newestOf, writeConfig, writeIdentity, type Found } from './files.ts';
import type { InitOptions } from './options.ts';
import { ownPlace, type Own } from './own-place.ts';
import { fingerprintLines, sayOutcome, type Outcome } from './outcome.ts';

/**
 * Four ways, by whether there is a line and whether there is a config. Everything is asked, found and checked first; then
 * the identity is written, then the config, each as a whole. Whatever ends it in between, the next run goes on from there.
 */
export async function initNode(host: CliHost, line: string | undefined, options: InitOptions): Promise<void> {
  const heard = line === undefined ? undefined : parsePairLine(line);
  const found = await look(host, options);
  if (heard) refuseOwnLine(heard, idsOf(found));
  if (found.text === undefined) {
    sayOutcome(
      host,
      options,
      heard ? await join(host, heard, { options, found }) : await begin(host, { options, found }),
    );
    return;
  }
  const own = ownPlace(found.text, found, options);
  refuseOtherAnswers(options, own);
  if (own.saysMore) {
    note(host, `${options.config} has settings that no line carries: copy the file to nodes that are new`);
  }
  sayOutcome(
    host,
    options,
    heard ? await extend(host, heard, { options, text: found.text, own }) : repeat(own),
  );
}

type Given = { readonly options: InitOptions; readonly found: Found };

async function begin(host: CliHost, { options, found }: Given): Promise<Outcome> {
  const answer = answersFrom(host, options.yes === true);
  const common = await commonFrom(host, options, answer);
  const users = options.ping === false ? [] : common.vips.map((vip) => userOf(host, vip));
  const self = await memberFrom(host, { options, answer, common, others: [], key: newestOf(found) });
  const cluster = clusterWith(common, [self]);
  await acceptable(host, cluster);
  for (const user of await Promise.all(users)) if (user !== undefined) warn(host, user);
  await write(host, cluster, { options, found });
  return { kind: 'begun', cluster, self, line: wholeLine({ cluster, self }), pasteOn: [] };
}

async function join(host: CliHost, heard: PairLine, { options, found }: Given): Promise<Outcome> {
  const { common, members } = heard;
  const [sender] = members;
  refuseSharedAnswers(options);
  const known = memberWith(members, idsOf(found));
  const interfaces = host.interfaces();
  const problem =
    whyNotTogether(common, members) ??
    (known
      ? undefined
      : common.vips.map((vip) => whyNoVipHere(vip, interfaces)).find((why) => why !== undefined));
  if (problem !== undefined)
    throw new OperatorError('REFUSED', problem, { hint: `put that right on ${sender.name} first` });
  tell(
    host,
    `from ${sender.name}: cluster ${common.cluster}, group ${common.group} with ${common.vips.join(', ')}`,
  );
  const answer = answersFrom(host, options.yes === true);
  const self =
    known ?? (await memberFrom(host, { options, answer, common, others: members, key: newestOf(found) }));
  const others = members.filter(({ name }) => name !== self.name);
  const cluster = clusterWith(common, [...others, self]);
  await acceptable(host, cluster);
  if (known) await compare(host, { cluster, self, sender, ask: host.canAsk && options.yes !== true });
  await write(host, cluster, { options, found });
  if (known) return { kind: 'extended', cluster, self, added: others, line: undefined, pasteOn: [] };
  const names = others.map(({ name }) => name);
  return {
    kind: 'joined',
    cluster,
    self,
    sender: sender.name,
    line: answerLine({ cluster, self }),
    pasteOn: names,
  };
}

interface Here {
  readonly options: InitOptions;
  readonly text: string;
  readonly own: Own;
}

async function extend(host: CliHost, heard: PairLine, { options, text, own }: Here): Promise<Outcome> {
  const { self } = own;
  const [sender] = heard.members;
  const added = newcomersIn(heard, own.cluster);
  const cluster = clusterWith(own.cluster, [...own.cluster.members, ...added]);
  if (added.length > 0) {
    await acceptable(host, cluster);
    const edited = withMembers(text, own.cluster, added);
    await compare(host, { cluster, self, sender, ask: host.canAsk && options.yes !== true });
    await writeConfig(host, options.config, { before: text, after: edited });
  }
  const outcome = { kind: added.length > 0 ? 'extended' : 'unchanged', cluster, self, added } as const;
  if (!knows(heard, self)) return { ...outcome, line: answerLine({ cluster, self }), pasteOn: [sender.name] };
  const others = own.cluster.members
    .map(({ name }) => name)
    .filter((name) => name !== self.name && name !== sender.name);
  if (added.length === 0 || others.length === 0) return { ...outcome, line: undefined, pasteOn: [] };
  return { ...outcome, line: formatPairLine(heard), pasteOn: others };
}

function repeat({ cluster, self }: Own): Outcome {
  return { kind: 'unchanged', cluster, self, added: [], line: wholeLine({ cluster, self }), pasteOn: [] };
}

async function write(host: CliHost, cluster: Cluster, { options, found }: Given): Promise<void> {
  await writeIdentity(host, options.identity, found);
  await writeConfig(host, options.config, { after: renderConfig(cluster) });
  tell(host, `wrote ${options.config}`);
}

/** Asked while a person answers questions. */
async function userOf(host: CliHost, vip: string): Promise<string | undefined> {
  const address = vip.split('/')[0] ?? vip;
  if (!(await host.answersPing(address))) return undefined;
  return `${address} answers a ping, so some host has it now; it has to let go before sealbeat runs`;
}

async function compare(
  host: CliHost,
  { cluster, self, sender, ask }: { cluster: Cluster; self: Member; sender: Member; ask: boolean },
): Promise<void> {
  tell(host, `fingerprints, to be compared with those on ${sender.name}:`);
  for (const line of fingerprintLines(cluster, self)) tell(host, line);
  if (!ask) return;
  if (await agreed(host, `does ${sender.name} show the same ${cluster.members.length} fingerprints?`)) return;
  throw new OperatorError(
    'REFUSED',
    'the fingerprints are not the same, or were not compared: nothing was written',
    {
      hint: `if they differ, a line was changed on its way: move the config on ${sender.name} away, and bring both lines by another way`,
    },
  );
}
