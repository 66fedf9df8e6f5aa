// What the host's own programs print, and what is read from it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIptables } from '../../../src/cli/facts/iptables.ts';
import { parseLinks } from '../../../src/cli/facts/links.ts';
import { parseNft } from '../../../src/cli/facts/nft.ts';
import { firewallFindings } from '../../../src/doctor/firewall.ts';
import { soundFacts } from '../../doctor/sound-facts.ts';

// As nftables 1.0.6 prints it, handles and the metainfo left out.
const chain = (policy: string, hook = 'input') => ({
  chain: { family: 'inet', table: 'f', name: 'c', type: 'filter', hook, prio: 0, policy },
});
const rule = (...expr: readonly object[]) => ({ rule: { family: 'inet', table: 'f', chain: 'c', expr } });
const dport = (protocol: string, right: unknown, op = '==') => ({
  match: { op, left: { payload: { protocol, field: 'dport' } }, right },
});
const state = { match: { op: 'in', left: { ct: { key: 'state' } }, right: ['established', 'related'] } };
const link = (name: string) => ({ match: { op: '==', left: { meta: { key: 'iifname' } }, right: name } });
const from = {
  match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: '10.10.10.2' },
};
const accept = { accept: null };
const drop = { drop: null };
const counter = { counter: { packets: 7, bytes: 700 } };

const rulesets: readonly { name: string; items: readonly object[]; finds: readonly string[] }[] = [
  { name: 'nothing', items: [], finds: ['firewall ok'] },
  { name: 'a policy that accepts', items: [chain('accept')], finds: ['firewall ok'] },
  {
    name: 'a policy that drops',
    items: [chain('drop'), rule(state, accept)],
    finds: ['firewall-input warning'],
  },
  {
    name: 'the port in a set',
    items: [chain('drop'), rule(dport('udp', { set: [53, 7112] }), counter, accept)],
    finds: ['firewall ok'],
  },
  {
    name: 'the port in a range',
    items: [chain('drop'), rule(dport('th', { range: [7000, 7200] }), accept)],
    finds: ['firewall ok'],
  },
  {
    name: 'a range just below it',
    items: [chain('drop'), rule(dport('udp', { range: [7000, 7111] }), accept)],
    finds: ['firewall-input warning'],
  },
  {
    name: 'the port over TCP alone',
    items: [chain('drop'), rule(dport('tcp', 7112), accept)],
    finds: ['firewall-input warning'],
  },
  {
    name: 'a named set, which may have it',
    items: [chain('drop'), rule(dport('udp', '@open'), accept)],
    finds: ['firewall ok'],
  },
  { name: 'all from the peer', items: [chain('drop'), rule(from, accept)], finds: ['firewall ok'] },
  {
    name: 'a jump to what was not read',
    items: [chain('drop'), rule({ jump: { target: 'services' } })],
    finds: ['firewall ok'],
  },
  {
    name: 'loopback alone',
    items: [chain('drop'), rule(link('lo'), accept)],
    finds: ['firewall-input warning'],
  },
  {
    name: 'a rule that drops it',
    items: [chain('accept'), rule(dport('udp', 7112), counter, drop)],
    finds: ['firewall-rule problem'],
  },
  {
    name: 'the same with reject',
    items: [
      chain('accept'),
      rule(dport('udp', 7112), { reject: { type: 'icmpx', expr: 'port-unreachable' } }),
    ],
    finds: ['firewall-rule problem'],
  },
  {
    name: 'one that drops it on one interface',
    items: [chain('accept'), rule(link('eth9'), dport('udp', 7112), drop)],
    finds: ['firewall ok'],
  },
  {
    name: 'one that lets it in before it is dropped',
    items: [chain('accept'), rule(dport('udp', 7112), accept), rule(dport('udp', 7112), drop)],
    finds: ['firewall ok'],
  },
  {
    name: 'one that drops all but it',
    items: [chain('accept'), rule(dport('udp', 7112, '!='), drop)],
    finds: ['firewall ok'],
  },
  {
    name: 'one that drops it from all but one address',
    items: [
      chain('accept'),
      rule({ match: { ...from.match, op: '!=' } }, dport('udp', 7112), drop),
      rule(
        { match: { op: '!=', left: { meta: { key: 'l4proto' } }, right: 'tcp' } },
        dport('th', 7112),
        drop,
      ),
    ],
    finds: ['firewall ok'],
  },
  {
    name: 'an output that drops it',
    items: [chain('accept', 'output'), rule(dport('udp', 7112), drop)],
    finds: ['firewall-rule problem'],
  },
  {
    name: 'an output that drops by default',
    items: [chain('drop', 'output')],
    finds: ['firewall-input warning'],
  },
  {
    name: 'a chain that packets pass on the way to others',
    items: [chain('drop', 'forward')],
    finds: ['firewall ok'],
  },
];

for (const { name, items, finds } of rulesets) {
  test(`doctor, nft: ${name}`, () => {
    const chains = parseNft(
      JSON.stringify({ nftables: [{ metainfo: { json_schema_version: 1 } }, ...items] }),
    );
    assert.ok(chains);
    const found = firewallFindings(soundFacts({ firewall: { chains } }));
    assert.deepEqual(
      found.map(({ id, level }) => `${id} ${level}`),
      finds,
    );
  });
}

test('doctor, nft: what is no ruleset is not read as an empty one', () => {
  for (const text of ['', 'Error: syntax error', '[]', '{"nftables": 7}'])
    assert.equal(parseNft(text), undefined, text);
});

const tables: readonly { name: string; text: string; finds: readonly string[] }[] = [
  { name: 'nothing', text: '-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n', finds: ['firewall ok'] },
  {
    name: 'a policy that drops',
    text: '-P INPUT DROP\n-P OUTPUT ACCEPT\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p icmp -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\n',
    finds: ['firewall-input warning'],
  },
  {
    name: 'the port among several',
    text: '-P INPUT DROP\n-A INPUT -p udp -m multiport --dports 53,7000:7200 -j ACCEPT\n',
    finds: ['firewall ok'],
  },
  {
    name: 'a rule that drops it',
    text: '-P INPUT ACCEPT\n-A INPUT -p udp -m udp --dport 7112 -j REJECT --reject-with icmp-port-unreachable\n',
    finds: ['firewall-rule problem'],
  },
  {
    name: 'one that drops it from one address',
    text: '-P INPUT ACCEPT\n-A INPUT -s 10.0.0.9/32 -p udp -m udp --dport 7112 -j DROP\n',
    finds: ['firewall ok'],
  },
  {
    name: 'all from one address',
    text: '-P INPUT DROP\n-A INPUT -s 10.10.10.2/32 -j ACCEPT\n',
    finds: ['firewall ok'],
  },
];

for (const { name, text, finds } of tables) {
  test(`doctor, iptables: ${name}`, () => {
    const found = firewallFindings(soundFacts({ firewall: { chains: parseIptables(text, 'iptables') } }));
    assert.deepEqual(
      found.map(({ id, level }) => `${id} ${level}`),
      finds,
    );
  });
}

test('doctor, ip: interfaces with flags, addresses and leases; other text is not read', () => {
  const shown = [
    { ifname: 'lo', flags: ['LOOPBACK', 'UP', 'LOWER_UP'], mtu: 65_536, addr_info: [{}] },
    {
      ...{
        ifname: 'eth0',
        flags: ['NO-CARRIER', 'BROADCAST', 'MULTICAST', 'UP'],
        mtu: 1_500,
        address: '02:00:00:00:00:01',
      },
      addr_info: [
        { family: 'inet', local: '10.0.0.1', prefixlen: 24, valid_life_time: 4_294_967_295 },
        { family: 'inet', local: '10.0.0.9', prefixlen: 32, dynamic: true, valid_life_time: 2 },
      ],
    },
  ];
  const eth0 = parseLinks(JSON.stringify(shown))?.get('eth0');
  assert.deepEqual(eth0, {
    ...{ up: true, carrier: false, mtu: 1_500, mac: '02:00:00:00:00:01' },
    addresses: [
      { address: '10.0.0.1', prefixLength: 24, leased: false },
      { address: '10.0.0.9', prefixLength: 32, leased: true },
    ],
  });
  for (const text of ['', '[]', 'BusyBox v1.35.0', '[{}]']) assert.equal(parseLinks(text), undefined, text);
});
