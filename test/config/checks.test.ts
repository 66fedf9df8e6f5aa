import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostCheckFindings } from '../../src/config/check-host-rules.ts';
import { examine, parseSettings } from '../../src/config/load.ts';
import { checksOn, type CheckSettings } from '../../src/core/checks/settings.ts';
import type { FileFacts } from '../../src/core/ports.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { NodeName } from '../../src/core/units.ts';
import { pair } from './example-file.ts';

const withChecks = (...checks: readonly string[]): string =>
  `${pair}    checks:\n${checks.map((check) => `      ${check}\n`).join('')}`;
const settingsOf = (...checks: readonly string[]): Settings =>
  parseSettings(withChecks(...checks), 'x').settings;
const one = (check: string): CheckSettings => settingsOf(`c: { ${check} }`).groups[0]!.checks[0]!;
const problemsOf = (...checks: readonly string[]): readonly string[] =>
  examine(withChecks(...checks)).problems.map(
    ({ severity, text }) => `${severity}: ${text.replace('groups.web.checks.', '')}`,
  );

const meanings: readonly [check: string, expected: Partial<CheckSettings>][] = [
  [
    'process: haproxy',
    {
      ...{ name: 'c', question: { kind: 'process', process: 'haproxy' }, nodes: [], intervalMs: 2_000 },
      ...{ timeoutMs: 1_000, rise: 1, fall: 2, initial: 'unknown', slow: 'unknown', vital: true, weight: 0 },
    },
  ],
  ['process: haproxy, weight: 2', { vital: false, weight: 2 }],
  ['process: haproxy, vital: false, weight: -2', { vital: false, weight: -2 }],
  ['unit: postfix.service', { question: { kind: 'unit', unit: 'postfix.service' } }],
  ['unit: openvpn@a', { question: { kind: 'unit', unit: 'openvpn@a' } }],
  ['smf: svc:/network/http:apache24', { question: { kind: 'smf', smf: 'svc:/network/http:apache24' } }],
  ["tcp: '[::1]:443'", { question: { kind: 'tcp', host: '::1', port: 443 } }],
  ['tcp: mail.example.net:25', { question: { kind: 'tcp', host: 'mail.example.net', port: 25 } }],
  ['ping: 10.10.10.254', { question: { kind: 'ping', host: '10.10.10.254' }, slow: 'failed' }],
  ['ping: 10.10.10.254, slow: unknown', { slow: 'unknown' }],
  ['tcp: 127.0.0.1:80, slow: failed, initial: down', { slow: 'failed', initial: 'down' }],
  ['file: /run/role, is: " master "', { question: { kind: 'file', file: '/run/role', is: 'master' } }],
  [
    'file: /run/score, adds: true',
    { question: { kind: 'file', file: '/run/score', is: undefined }, vital: false, weight: 1 },
  ],
  ['file: /run/score, adds: true, weight: -3', { weight: -3 }],
  [
    'command: [/bin/x, -q], user: nobody',
    { question: { kind: 'command', command: ['/bin/x', '-q'], user: 'nobody' } },
  ],
  [
    'http: "http://127.0.0.1:8404"',
    {
      question: {
        ...{ kind: 'http', url: 'http://127.0.0.1:8404/', statuses: [{ from: 200, to: 399 }], body: '' },
        ...{ headers: new Map(), verify: true },
      },
    },
  ],
  [
    'http: "https://[::1]/a", status: [200, 300-399], body: ok, headers: { Host: www.example.net }, verify: false',
    {
      question: {
        ...{ kind: 'http', url: 'https://[::1]:443/a', body: 'ok', verify: false },
        statuses: [
          { from: 200, to: 200 },
          { from: 300, to: 399 },
        ],
        headers: new Map([['host', 'www.example.net']]),
      },
    },
  ],
  ['http: "http://a/", status: 204', { intervalMs: 2_000 }],
  [
    'interface: { lb1: eth1 }',
    {
      question: { kind: 'interface', interfaces: new Map([['lb1' as NodeName, 'eth1']]) },
      nodes: ['lb1' as NodeName],
    },
  ],
  ['interface: eth1, nodes: [lb2]', { nodes: ['lb2' as NodeName] }],
];
for (const [check, expected] of meanings) {
  test(`checks: ${check}`, () => {
    const found = one(check);
    for (const [key, value] of Object.entries(expected))
      assert.deepEqual(found[key as keyof CheckSettings], value);
  });
}

const wrong: readonly [check: string, problem: RegExp][] = [
  ['proces: haproxy', /c\.proces: is not a key here; did you mean "process"\?/],
  ['interval: 2s', /c: asks nothing; write for instance process: NAME, /],
  ['process: haproxy, tcp: "a:1"', /c\.tcp: stands beside "process"; a check has one subject/],
  ['process: /usr/sbin/haproxy', /is a path; write the name alone: haproxy/],
  ['process: "haproxy -f x"', /has a space in it/],
  ['unit: svc:/network/http', /is a service of SMF; write it as smf: svc:/],
  ['smf: postfix.service', /is a unit of systemd; write it as unit: postfix\.service/],
  ['smf: -a', /"-a" is not a service/],
  ['tcp: 443', /must be host and port, such as 127\.0\.0\.1:443, not 443/],
  ['tcp: localhost', /there is no port in it; write for instance localhost:443/],
  ['tcp: "tcp://a:1"', /is a URL; write host and port alone: a:1/],
  ['tcp: "https://a/"', /is a URL; write http: https:\/\/a\//],
  ['tcp: "fd00::1:443"', /an IPv6 address stands in brackets/],
  ['tcp: "a:70000"', /port 70000 is out of range/],
  ['http: 127.0.0.1', /does not begin with http:\/\/ or https:\/\//],
  ['http: "http://{peer}/"', /\{peer\} stands for nothing in a check/],
  ['http: "http://a/", status: 99', /status/],
  ['http: "http://a/", status: 300-200', /holds nothing; write 200-300/],
  ['http: "http://a/", status: 2xx', /"2xx" is not a status code/],
  ['http: "http://a/", verify: false', /says nothing about http:\/\//],
  ['http: "http://a/", body: ""', /is empty; leave it out/],
  ['http: "http://a/", headers: { "a b": c }', /is not the name of a header/],
  ['tcp: "a:1", body: x', /c\.body: belongs to "http", and this is "tcp"; remove it/],
  ['process: x, user: nobody', /c\.user: belongs to "command"/],
  ['ping: "ping://10.0.0.1"', /write the host alone: 10\.0\.0\.1/],
  ['file: run/role, is: x', /is not an absolute path/],
  ['file: /run/role', /c\.file: says not what should stand in it/],
  ['file: /run/role, is: x, adds: true', /c\.adds: stands beside "is"/],
  ['file: /run/role, adds: true, fall: 3', /c\.fall: means nothing with "adds"/],
  ['file: /run/role, adds: true, vital: true', /c\.vital: a file that adds its number is not vital/],
  ['command: [true]', /is true|not true|absolute/],
  ['command: [bin/x]', /is not an absolute path/],
  ['command: [/bin/x], user: "a b"', /is not the name of a user/],
  [
    'process: x, weight: 0',
    /c\.weight: is 0, which adds nothing; write for instance 2 or -2, or "vital: true"/,
  ],
  ['process: x, weight: 254', /must be a whole number from -253 to 253/],
  ['process: x, weight: 2, vital: true', /c\.vital: stands beside "weight"/],
  [
    'process: x, vital: false',
    /c\.vital: is false and there is no weight, .*; write for instance "weight: 2"/,
  ],
  ['process: x, interval: 50ms', /50ms is out of range: 100ms to 1h/],
  ['process: x, interval: 2', /2 has no unit; write 2ms, or 2s/],
  ['process: x, initial: good', /must be one of unknown, up, down/],
  ['process: x, nodes: [lb3]', /c\.nodes\[0\]: "lb3" is not a node; did you mean/],
  ['process: x, nodes: [lb1, lb1]', /lb1 stands twice/],
  ['interface: { lb3: eth1 }', /c\.interface\.lb3: is not a node/],
  ['interface: { lb1: eth1 }, nodes: [lb2]', /names no node that asks/],
  ['interface: "eth0:1"', /is a label, not an interface/],
];
for (const [check, problem] of wrong) {
  test(`checks: refuses ${check}`, () => {
    const problems = problemsOf(`c: { ${check} }`);
    assert.ok(
      problems.some((text) => text.startsWith('error') && problem.test(text)),
      problems.join('\n'),
    );
  });
}

test('checks: a timeout beyond the interval is good to know', () => {
  assert.match(
    problemsOf('c: { tcp: "a:1", timeout: 5s }').join(),
    /^note: c\.timeout: 5s is longer than the interval of 2s/,
  );
});

test('checks: names are names, and there are not too many', () => {
  assert.match(problemsOf('Up Link: { process: x }').join(), /"Up Link" is not a name/);
  const many = Array.from({ length: 1_025 }, (_, at) => `c${at}: { process: x }`);
  assert.match(problemsOf(...many).join(), /there are 1025 checks; 1024 at most/);
});

test('checks: an order, a default written out and another way to say it change no digest; what is asked does', () => {
  const digest = (...checks: readonly string[]): string => settingsOf(...checks).digest;
  const base = digest('a: { process: x }', 'b: { interface: eth1 }');
  assert.equal(
    digest('b: { interface: { lb1: eth1, lb2: eth1 } }', 'a: { process: x, fall: 2, vital: true }'),
    base,
  );
  assert.notEqual(digest('a: { process: y }', 'b: { interface: eth1 }'), base);
  const { partDigests } = settingsOf('a: { process: x, weight: 2 }');
  const before = settingsOf('a: { process: x }').partDigests;
  assert.deepEqual(
    Object.keys(before).filter((part) => before[part as 'checks'] !== partDigests[part as 'checks']),
    ['checks'],
  );
});

const ROOT = { mode: 0o755, uid: 0, gid: 0 } as const;
const hostFindings = (
  check: string,
  platform = 'linux',
  program: FileFacts = { is: 'file', ...ROOT },
): readonly string[] => {
  const settings = settingsOf(`c: { ${check} }`);
  return hostCheckFindings(settings, settings.nodes[0]!, {
    platform,
    interfaces: new Map([['eth0', []]]),
    files: {
      euid: 0,
      realPath: (path) => path,
      factsOf: (path) => (path === '/opt/well' ? program : { is: 'directory', ...ROOT }),
    },
  }).map(({ severity, path, text }) => `${severity}: ${path.slice(3).join('.')}: ${text}`);
};
const onHost: readonly [what: string, found: readonly string[], expected: RegExp | undefined][] = [
  ['a program that is there', hostFindings('command: [/opt/well]'), undefined],
  [
    'one that is missing',
    hostFindings('command: [/opt/well]', 'linux', { is: 'missing' }),
    /^error: c\.command: \/opt\/well does not exist; install it/,
  ],
  [
    'one that is not executable',
    hostFindings('command: [/opt/well]', 'linux', { is: 'file', ...ROOT, mode: 0o644 }),
    /chmod a\+x \/opt\/well/,
  ],
  [
    'one that everybody can change',
    hostFindings('command: [/opt/well]', 'linux', { is: 'file', ...ROOT, mode: 0o777 }),
    /^warning: .*can be changed by everybody.*chmod o-w/,
  ],
  [
    'smf on Linux',
    hostFindings('smf: network/http'),
    /^warning: c\.smf: there is no SMF on linux.*nodes: \[NODE\]/,
  ],
  ['smf on illumos', hostFindings('smf: network/http', 'sunos'), undefined],
  ['smf for another node', hostFindings('smf: network/http, nodes: [lb2]'), undefined],
  [
    'a unit on illumos',
    hostFindings('unit: a.service', 'sunos'),
    /^warning: c\.unit: there is no systemd on sunos/,
  ],
  ['an interface that is there', hostFindings('interface: eth0'), undefined],
  [
    'one that is not',
    hostFindings('interface: eth9'),
    /^warning: c\.interface: eth9 is not up with an address on this host; there are eth0/,
  ],
];
for (const [what, found, expected] of onHost) {
  test(`checks on this host: ${what}`, () => {
    if (expected === undefined) assert.deepEqual(found, []);
    else assert.match(found.join('\n'), expected);
  });
}

test('checks: a node asks what names it, and what names nobody', () => {
  const { checks } = settingsOf(
    'a: { process: x }',
    'b: { process: x, nodes: [lb2] }',
    'c: { interface: { lb1: e } }',
  ).groups[0]!;
  const on = (node: string): string =>
    checksOn(checks, node as NodeName)
      .map(({ name }) => name)
      .join('');
  assert.deepEqual([on('lb1'), on('lb2')], ['ac', 'ab']);
});
