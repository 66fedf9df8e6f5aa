// Goal: the listener is off unless written; written, it says what it shows to whom.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine, parseSettings } from '../../src/config/load.ts';
import { pair, pairWith } from './example-file.ts';

const withWeb = (web: string): string => pairWith(['lease: 1s', `lease: 1s\nweb: ${web}`]);
const webOf = (text: string) => parseSettings(text, 'sealbeat.yaml').settings.web;
const problemsOf = (web: string): readonly string[] =>
  examine(withWeb(web)).problems.map(({ severity, text }) => `${severity} ${text}`);

test('web: nothing listens unless it is written', () => assert.equal(webOf(pair), undefined));

test('web: an empty section listens on the loopback address of every node, and shows everything', () => {
  const place = { host: '127.0.0.1', port: 7180 };
  assert.deepEqual(webOf(withWeb('{}')), {
    listen: new Map([
      ['lb1', place],
      ['lb2', place],
    ]),
    ...{ page: true, metrics: true, allowHosts: [] },
  });
  assert.deepEqual(problemsOf('{}'), []);
});

test('web: an address for each node; one that is missing does not listen', () => {
  const web = webOf(
    withWeb("{ listen: { lb2: '[::1]:80' }, page: false, allow_hosts: [LB.example.net, a.b] }"),
  );
  assert.deepEqual(web, {
    listen: new Map([['lb2', { host: '::1', port: 80 }]]),
    ...{ page: false, metrics: true, allowHosts: ['a.b', 'lb.example.net'] },
  });
});

const shows = (who: string): string =>
  `shows to everybody ${who}, without a password and unencrypted, what "sealbeat status" shows: nodes, addresses, paths and events; nothing can be changed there`;
const rows: readonly { web: string; says: string }[] = [
  {
    web: '{ listen: 10.10.10.1:7180 }',
    says: `note web.listen: port 7180 ${shows('who reaches 10.10.10.1')}`,
  },
  { web: "{ listen: '[::]:81' }", says: `note web.listen: port 81 ${shows('on any network of this host')}` },
  {
    web: '{ listen: { lb1: 0.0.0.0:7180 } }',
    says: `note web.listen.lb1: port 7180 ${shows('on any network of this host')}`,
  },
  {
    web: '{ listen: { lb3: 127.0.0.1:7180 } }',
    says: 'error web.listen.lb3: there is no such node; did you mean lb1?',
  },
  { web: '{ listen: 127.0.0.1 }', says: 'error web.listen: has no port; write 127.0.0.1:7180' },
  {
    web: '{ listen: localhost:7180 }',
    says: 'error web.listen: "localhost:7180" is not an address and a port; write for instance 127.0.0.1:7180',
  },
  { web: "{ listen: '::1:7180' }", says: 'error web.listen: an IPv6 address stands in brackets: [::1]:7180' },
  { web: '{ listen: 127.0.0.1:0 }', says: 'error web.listen: port 0 is out of range: 1 to 65535' },
  { web: '{ page: false, metrics: false }', says: 'error web: serves neither page nor metrics; remove it' },
  { web: '{ page: maybe }', says: 'error web.page: must be true or false, not "maybe"' },
  {
    web: "{ allow_hosts: ['lb.example.net:80'] }",
    says: 'error web.allow_hosts[0]: "lb.example.net:80" is not a host name; it stands without a port',
  },
];
for (const { web, says } of rows) test(`web: ${web}`, () => assert.deepEqual(problemsOf(web), [says]));
