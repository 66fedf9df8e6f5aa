import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEndpoint } from '../../src/config/endpoint-url.ts';
import { examine } from '../../src/config/load.ts';
import { pair } from './example-file.ts';

const endpoints: readonly [url: string, expected: string | RegExp][] = [
  ['http://10.0.0.7:2379', 'http://10.0.0.7:2379'],
  ['https://ETCD.example.net', 'https://etcd.example.net:2379'],
  ['http://[FD00:0::7]/', 'http://[fd00::7]:2379'],
  ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
  ['10.0.0.7:2379', /^"10.0.0.7:2379" is not an endpoint; write for instance http:\/\/127.0.0.1:2379$/],
  ['etcd://10.0.0.7', /is not an endpoint; write for instance/],
  ['http://', /^there is no host in it; write for instance http:\/\/127.0.0.1:2379$/],
  ['http://x:0', /^port 0 is out of range/],
  ['http://x:65536', /^port 65536 is out of range/],
  ['http://x/v3', /nothing but host and port may follow http:\/\/$/],
  ['http://x?dc=a', /nothing but host and port may follow/],
  ['http://root:secret@x', /^a secret has no place in this file; .* at "credential"$/],
  ['http://fd00::7', /^an IPv6 address stands in brackets: http:\/\/\[fd00::2\]:2379$/],
  ['http://10.0.0.256', /is not an IPv4 address/],
  ['http://{peer}', /is neither an address nor a host name/],
];
for (const [url, expected] of endpoints) {
  test(`endpoint: ${url}`, () => {
    const parsed = parseEndpoint(url, 2379);
    const found = 'value' in parsed ? parsed.value : parsed.problem;
    if (typeof expected === 'string') assert.equal(found, expected);
    else assert.match(found, expected);
  });
}

test('arbiter: the defaults', () => {
  const { settings } = examine(`${pair}arbiter: { consul: http://127.0.0.1 }\n`);
  assert.deepEqual(settings?.arbiter, {
    kind: 'consul',
    endpoints: ['http://127.0.0.1:8500'],
    ttlSeconds: 10,
    timeoutMs: 1000,
    caFile: '',
    certFile: '',
    keyFile: '',
    credentialFile: '',
  });
  assert.equal(examine(pair).settings?.arbiter, undefined);
});

test('arbiter: everything that can be said', () => {
  const { settings, problems } = examine(
    `${pair}arbiter: { etcd: [https://a, https://b:1], ttl: 1m, timeout: 20s, ca: /a, cert: /b, key: /c, credential: /d }\n`,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(settings?.arbiter, {
    kind: 'etcd',
    endpoints: ['https://a:2379', 'https://b:1'],
    ttlSeconds: 60,
    timeoutMs: 20_000,
    caFile: '/a',
    certFile: '/b',
    keyFile: '/c',
    credentialFile: '/d',
  });
});

// An arbiter, and every word that is said about it; it is the 18th line.
const rows: readonly {
  name: string;
  arbiter: string;
  lease?: string;
  problems: readonly (string | RegExp)[];
}[] = [
  {
    name: 'empty',
    arbiter: '',
    problems: ['error 18:1 arbiter: must be a mapping of keys to values, not empty'],
  },
  {
    name: 'nobody',
    arbiter: '{}',
    problems: [
      'error 18:10 arbiter: names nobody; write "etcd: http://HOST:2379" or "consul: http://127.0.0.1:8500"',
    ],
  },
  {
    name: 'both',
    arbiter: '{ etcd: http://a, consul: http://a }',
    problems: ['error 18:36 arbiter.consul: stands beside "etcd"; only one of the two may be given'],
  },
  {
    name: 'a misspelt kind',
    arbiter: '{ ectd: http://a }',
    problems: ['error 18:12 arbiter.ectd: is not a key here; did you mean "etcd"?'],
  },
  {
    name: 'no endpoint',
    arbiter: '{ etcd: [] }',
    problems: ['error 18:18 arbiter.etcd: is empty; it needs 1 to 5 endpoints'],
  },
  {
    name: 'five endpoints',
    arbiter: '{ etcd: [http://a, http://b, http://c, http://d, http://e] }',
    problems: [],
  },
  {
    name: 'six endpoints',
    arbiter: '{ etcd: [http://a, http://b, http://c, http://d, http://e, http://f] }',
    problems: ['error 18:18 arbiter.etcd: has too many entries; 5 endpoints at most'],
  },
  {
    name: 'an endpoint that is none',
    arbiter: '{ etcd: [http://a, b] }',
    problems: [/^error 18:29 arbiter.etcd\[1\]: "b" is not an endpoint/],
  },
  {
    name: 'an endpoint that is a number',
    arbiter: '{ etcd: 3 }',
    problems: [
      'error 18:18 arbiter.etcd: must be a URL such as http://127.0.0.1:2379, or a list of them, not 3',
    ],
  },
  {
    name: 'an endpoint twice, in two spellings',
    arbiter: '{ etcd: [http://a, http://A:2379/] }',
    problems: ['error 18:29 arbiter.etcd[1]: http://a:2379 stands twice; remove one of the two'],
  },
  { name: 'the shortest ttl', arbiter: '{ etcd: http://a, ttl: 5s }', problems: [] },
  { name: 'the shortest ttl of Consul', arbiter: '{ consul: http://a, ttl: 10s }', problems: [] },
  {
    name: 'a ttl just too short for Consul',
    arbiter: '{ consul: http://a, ttl: 9s }',
    problems: ['error 18:35 arbiter.ttl: 9s is shorter than any session of Consul; write 10s or more'],
  },
  {
    name: 'a ttl just too short',
    arbiter: '{ etcd: http://a, ttl: 4s }',
    problems: ['error 18:33 arbiter.ttl: 4s is out of range: 5s to 1m'],
  },
  {
    name: 'a ttl just too long',
    arbiter: '{ etcd: http://a, ttl: 61s }',
    problems: ['error 18:33 arbiter.ttl: 61s is out of range: 5s to 1m'],
  },
  {
    name: 'a ttl of half seconds',
    arbiter: '{ etcd: http://a, ttl: 5500ms }',
    problems: [
      'error 18:33 arbiter.ttl: 5500ms is not a whole number of seconds, in which locks are counted',
    ],
  },
  {
    name: 'a ttl that is off',
    arbiter: '{ etcd: http://a, ttl: off }',
    problems: ['error 18:33 arbiter.ttl: "off" is not a duration; write for instance 250ms or 3s'],
  },
  {
    name: 'a ttl as long as a lease wants it',
    arbiter: '{ etcd: http://a, ttl: 6s }',
    lease: '2s',
    problems: [],
  },
  {
    name: 'a ttl just shorter than a lease wants it',
    arbiter: '{ etcd: http://a, ttl: 5s }',
    lease: '2s',
    problems: [
      'error 18:33 arbiter.ttl: 5s is shorter than the lease of 2s + 3.2s: another node could get the lock while the addresses are still on the last holder; write 6s or more',
    ],
  },
  {
    name: 'a short ttl without a lease',
    arbiter: '{ etcd: http://a, ttl: 5s }',
    lease: 'off\nrestart: off',
    problems: [],
  },
  { name: 'the longest lease', arbiter: '{ etcd: http://a, ttl: 1m }', lease: '56s', problems: [] },
  {
    name: 'a lease that no ttl is long enough for',
    arbiter: '{ etcd: http://a, ttl: 1m }',
    lease: '57s',
    problems: [
      /arbiter.ttl: 60s is shorter than the lease of 57s \+ 3.2s: .*; write 60s, and a lease of 56s or less$/,
    ],
  },
  { name: 'a third of the ttl', arbiter: '{ etcd: http://a, timeout: 3333ms }', problems: [] },
  {
    name: 'just more than a third of the ttl',
    arbiter: '{ etcd: http://a, timeout: 3334ms }',
    problems: [
      'error 18:37 arbiter.timeout: 3334ms is longer than a third of the ttl of 10s, so one slow answer could cost the lock; write 3333ms or less',
    ],
  },
  {
    name: 'a certificate without its key',
    arbiter: '{ etcd: https://a, cert: /a }',
    problems: ['error 18:35 arbiter.cert: has no "key" beside it; write the file with its private key there'],
  },
  {
    name: 'a key without its certificate',
    arbiter: '{ etcd: https://a, key: /a }',
    problems: ['error 18:34 arbiter.key: has no "cert" beside it; write the file with its certificate there'],
  },
  {
    name: 'files that are not used',
    arbiter: '{ etcd: http://a, ca: /a, cert: /b, key: /c }',
    problems: [
      'warning 18:32 arbiter.ca: is not used, because no endpoint is encrypted; write https:// there, or remove this',
      /^warning 18:42 arbiter.cert: is not used/,
    ],
  },
  {
    name: 'files that one endpoint of two uses',
    arbiter: '{ etcd: [http://a, https://b], ca: /a }',
    problems: [],
  },
  {
    name: 'relative and empty paths',
    arbiter: '{ etcd: https://a, ca: tls/ca.pem, credential: "" }',
    problems: [
      'error 18:33 arbiter.ca: "tls/ca.pem" is not an absolute path; write for instance /etc/sealbeat/ca.pem',
      /^error 18:45 arbiter.credential: "" is not an absolute path/,
    ],
  },
];
for (const { name, arbiter, lease = '1s', problems } of rows) {
  test(`arbiter: ${name}`, () => {
    // A lease far over the timeout has a warning of its own, which is none of ours here.
    const text = `${pair.replace('lease: 1s', `lease: ${lease}`)}arbiter: ${arbiter}\n`;
    const found = examine(text)
      .problems.filter((problem) => problem.text.startsWith('arbiter'))
      .map(({ severity, line, column, text: said }) => `${severity} ${line}:${column} ${said}`);
    assert.equal(found.length, problems.length, found.join('\n'));
    for (const [index, expected] of problems.entries()) {
      if (typeof expected === 'string') assert.equal(found[index], expected);
      else assert.match(found[index] ?? '', expected);
    }
  });
}

test('arbiter: rules are told beside a mistake elsewhere, and not as an echo of one of its own', () => {
  const said = (arbiter: string): readonly string[] =>
    examine(`${pair.replace('250ms', '250')}arbiter: ${arbiter}\n`).problems.map(({ text }) => text);
  assert.match(said('{}')[1] ?? '', /^arbiter: names nobody/);
  assert.deepEqual(said('{ etcd: [] }').length, 2);
});
