import { passesOn, providerOf } from './clouds.ts';
import type { Facts, VipAnswer } from './facts.ts';
import { fine, type Finding } from './finding.ts';

/** Who answers for the VIPs on the LAN, and whether it is who should. */
export const neighbourFindings = (facts: Facts): readonly Finding[] =>
  facts.answers.flatMap((answer) => answerFindings(answer, facts));

function answerFindings(answer: VipAnswer, facts: Facts): readonly Finding[] {
  const { address, macs, here, by, link } = answer;
  const holder = holderOf(answer, facts);
  if (by === 'nothing') {
    const fix = 'sudo sealbeat doctor; and see whether arping or ping is installed';
    const what = `who answers for it on ${link} could not be asked`;
    return [
      {
        id: 'vip-not-asked',
        level: 'note',
        subject: address,
        what,
        why: 'neither arping nor ping could be used',
        fix,
      },
    ];
  }
  if (here)
    return macs.length > 0 ? [duplicate(answer, [...macs, ownMac(link, facts)])] : [askPeer(answer, facts)];
  if (macs.length > 1) return [duplicate(answer, macs)];
  const [mac] = macs;
  if (mac === undefined)
    return [unanswered(answer, holder, facts) ?? fine('vip-answer', address, 'nobody answers for it')];
  const expected = answer.peers.filter(({ name }) => holder === undefined || name === holder);
  const known = expected.flatMap((peer) => peer.macs);
  if (known.includes(mac)) {
    const owner = expected.find((peer) => peer.macs.includes(mac));
    return [fine('vip-answer', address, `${owner?.name ?? 'its holder'} answers for it (${mac})`)];
  }
  if (holder === '')
    return [stranger(answer, mac, 'although no node of the cluster is known to hold it', facts)];
  if (known.length === 0) return [fine('vip-answer', address, `${mac} answers for it`)];
  const whose = expected.map(({ name, macs: its }) => `${name} has ${its.join(', ')}`).join('; ');
  return [stranger(answer, mac, `and not who should: ${whose}`, facts)];
}

/** Empty when nobody is known to; undefined when there is no agent to say so. */
function holderOf({ group }: VipAnswer, { agent }: Facts): string | undefined {
  const report = agent.status?.groups.find(({ name }) => name === group);
  if (report === undefined) return undefined;
  return report.holder;
}

const ownMac = (link: string, { links }: Facts): string =>
  `${links?.get(link)?.mac ?? 'its own'} (this host)`;

const duplicate = ({ address, link }: VipAnswer, macs: readonly string[]): Finding => ({
  ...{ id: 'vip-duplicate', level: 'problem', subject: address },
  what: `${macs.length} answer for it on ${link}: ${macs.join(', ')}`,
  why: 'every neighbour goes to the one that it heard last',
  fix: `find the other one by its address: bridge fdb show | grep MAC, or the switch's table; on that host: ip address show to ${address}`,
});

const stranger = ({ address, link }: VipAnswer, mac: string, how: string, { self }: Facts): Finding => ({
  ...{ id: 'vip-stranger', level: 'problem', subject: address },
  what: `${mac} answers for it on ${link}, ${how}`,
  why: 'some host has it that is not the holder: one that was set up by hand, or hangs with its kernel alive. (A holder that is in this network with two cards looks the same.)',
  fix: `find it by its address in the switch's table; on each node: ip address show to ${address}${self === undefined ? '' : '; sealbeat status'}`,
});

const askPeer = ({ address, group }: VipAnswer, { agent, self }: Facts): Finding => {
  const others = (agent.status?.peers ?? []).map(({ name }) => name).filter((name) => name !== self?.name);
  return {
    ...{ id: 'vip-ask-peer', level: 'note', subject: address },
    what: `it is here, and nobody else answers for it; whether the network lets it through is seen from outside alone (group ${group})`,
    why: 'clouds and hypervisors drop addresses that they do not know',
    fix: `on ${others[0] ?? 'another node'}: sealbeat doctor`,
  };
};

function unanswered(answer: VipAnswer, holder: string | undefined, facts: Facts): Finding | undefined {
  const { address, group, peers, link } = answer;
  const report = facts.agent.status?.groups.find(({ name }) => name === group);
  if (holder === undefined || holder === '' || report?.holderKnown !== 'direct' || report.role !== 'standby')
    return undefined;
  const peer = peers.find(({ name }) => name === holder);
  if (peer === undefined || peer.macs.length === 0) return undefined;
  return {
    ...{ id: 'vip-unanswered', level: 'problem', subject: address },
    what: `${holder} holds it, and answers on ${link} for its own ${peer.address}, but not for this address`,
    why: `the network drops addresses that it does not know (anti-spoofing, port security${providerOf(facts.cloud)}), or ${holder} has a filter of its own`,
    fix: `${passesOn(facts.cloud, address)}\non ${holder}: ip address show to ${address}; nft list ruleset; sysctl -a | grep arp_ignore`,
  };
}
