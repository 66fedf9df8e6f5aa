import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examine } from '../../src/config/load.ts';
import { parseProbeUrl } from '../../src/config/probe-url.ts';
import type { ProbeSettings } from '../../src/core/settings.ts';
import { pair } from './example-file.ts';

const shown = (probe: ProbeSettings): string => {
  switch (probe.kind) {
    case 'tcp':
    case 'ssh':
      return `${probe.kind} ${probe.host} ${probe.port}`;
    case 'ping':
      return `ping ${probe.host}`;
    case 'http':
    case 'https':
      return `${probe.kind} ${probe.url}`;
    case 'command':
      return `command ${probe.command.join('|')}`;
  }
};

const aboutNode: readonly [url: string, expected: string | RegExp][] = [
  ['tcp://{peer}:443', 'tcp {peer} 443'],
  ['tcp://{name}:65535', 'tcp {name} 65535'],
  ['tcp://{name}-ipmi.Example.net:623', 'tcp {name}-ipmi.example.net 623'],
  ['ssh://{peer}', 'ssh {peer} 22'],
  ['ssh://{peer}:2222', 'ssh {peer} 2222'],
  ['ping://{peer}', 'ping {peer}'],
  ['http://{peer}', 'http http://{peer}:80/'],
  ['https://{peer}:8443/a?b=c', 'https https://{peer}:8443/a?b=c'],
  ['https://{peer}?b', 'https https://{peer}:443/?b'],
  ['http://10.0.0.254/state/{name}', 'http http://10.0.0.254:80/state/{name}'],
  ['http://[FD00:0::1]/{peer}', 'http http://[fd00::1]:80/{peer}'],
  ['tcp://{peer}', /^there is no port in it; write for instance tcp:\/\/\{peer\}:443$/],
  ['tcp://{peer}:0', /^port 0 is out of range: 1 to 65535$/],
  ['tcp://{peer}:65536', /^port 65536 is out of range/],
  ['http://{peer}:65536/', /^port 65536 is out of range/],
  ['ping://{peer}:7', /^an echo has no port; leave :7 out, or write tcp:\/\//],
  ['tcp://[{peer}]:443', /^\{peer\} stands without brackets/],
  ['tcp://{peer}.net:443', /\{peer\} is an address, so it stands alone$/],
  ['tcp://{name}.-:443', /^"\{name\}\.-" is not a host name$/],
  ['ssh://{peer}/x', /nothing but host and port may follow ssh:\/\/$/],
  ['ping://{peer}/x', /nothing but a host may follow ping:\/\/$/],
  ['ssh://', /^there is no host in it; write for instance ssh:\/\/\{peer\}/],
  ['http://fd00::1/{peer}', /^an IPv6 address stands in brackets: http:\/\/\[fd00::2\]$/],
  ['http://a:b@{peer}/', /^a user and a password have no place in a probe/],
  ['http://{peer}/#top', /^what follows "#" is not sent; leave #top out$/],
  ['http://{peer}/a b', /has a space in it; write %20/],
  ['ssh://10.0.0.1', /^asks the same for every node; write \{peer\}/],
  ['ssh://{per}', /^\{per\} stands for nothing; did you mean \{peer\}\?$/],
  ['ssh://{Peer}', /^\{Peer\} stands for nothing; did you mean \{peer\}\?$/],
  ['ssh://{address}', /^\{address\} stands for nothing; there are \{peer\} .* and \{name\}/],
  ['http://{peer}/{path}', /^\{path\} stands for nothing/],
  ['sssh://{peer}', /^"sssh" is not a way to ask; did you mean ssh:\/\/\?$/],
  ['udp://{peer}:1', /^"udp" is not a way to ask; there are tcp:\/\/, ssh:\/\/, ping:\/\/, http:\/\//],
  ['{peer}:22', /^"\{peer\}:22" is not a probe; write for instance ssh:\/\/\{peer\}/],
];
const aboutWorld: readonly [url: string, expected: string | RegExp][] = [
  ['ping://10.0.0.254', 'ping 10.0.0.254'],
  ['ping://[FD00::FE]', 'ping fd00::fe'],
  ['ping://Gateway.example.net', 'ping gateway.example.net'],
  ['tcp://[::1]:53', 'tcp ::1 53'],
  ['https://example.net/', 'https https://example.net:443/'],
  ['ping://10.0.0.256', /^"10.0.0.256" is not an IPv4 address$/],
  ['ping://224.0.0.1', /^224.0.0.1 is a multicast address: no host can be reached there$/],
  ['ping://fd00::fe', /^an IPv6 address stands in brackets: ping:\/\/\[fd00::2\]$/],
  ['tcp://fd00::fe:53', /^an IPv6 address stands in brackets: tcp:\/\/\[fd00::2\]:443$/],
  [
    'ping://{peer}',
    /^a witness is asked about no node, so \{peer\} stands for nothing here; write the address/,
  ],
  ['https://x/{name}', /^a witness is asked about no node, so \{name\} stands for nothing here/],
  ['10.0.0.254', /is not a probe; write for instance ping:\/\/10.0.0.254/],
];
for (const [subject, urls] of [
  ['node', aboutNode],
  ['world', aboutWorld],
] as const) {
  for (const [url, expected] of urls) {
    test(`probe about a ${subject}: ${url}`, () => {
      const parsed = parseProbeUrl(url, subject);
      const found = 'value' in parsed ? shown(parsed.value) : parsed.problem;
      if (typeof expected === 'string') assert.equal(found, expected);
      else assert.match(found, expected);
      if ('value' in parsed) assert.equal(parsed.value.text, url, 'as written');
    });
  }
}

/** The pair with a line more in its group. */
const withLine = (line: string): string => `${pair}    ${line}\n`;

test('probes: everything that can be said', () => {
  const { settings, problems } = examine(
    withLine(
      'confirm: { probes: ["ssh://{peer}", { command: [/bin/ask, "", "{name}"] }], if_alive: take, timeout: 2s }\n' +
        '    witness: { probes: [ping://10.0.0.254, ping://10.0.0.253], need: 2, timeout: 0.5s }\n' +
        '    fence: { command: [/bin/fence, "--host={peer}"], timeout: 1m }',
    ),
  );
  assert.deepEqual(problems, []);
  const [web] = settings?.groups ?? [];
  assert.deepEqual(web?.confirm, {
    probes: [
      { kind: 'ssh', host: '{peer}', port: 22, text: 'ssh://{peer}' },
      { kind: 'command', command: ['/bin/ask', '', '{name}'], text: '/bin/ask  {name}' },
    ],
    ifAlive: 'take',
    timeoutMs: 2000,
  });
  assert.deepEqual([web.witness?.probes.length, web.witness?.need, web.witness?.timeoutMs], [2, 2, 500]);
  assert.deepEqual(web.fence, { command: ['/bin/fence', '--host={peer}'], timeoutMs: 60_000 });
});

test('probes: the defaults, of a bare list and of a mapping', () => {
  for (const [confirm, witness] of [
    ['["ping://{peer}"]', '[ping://10.0.0.254]'],
    ['{ probes: ["ping://{peer}"] }', '{ probes: [ping://10.0.0.254] }'],
  ]) {
    const { settings } = examine(
      withLine(`confirm: ${confirm}\n    witness: ${witness}\n    fence: { command: [/x, "{peer}"] }`),
    );
    const [web] = settings?.groups ?? [];
    assert.deepEqual([web?.confirm?.ifAlive, web?.confirm?.timeoutMs], ['wait', 1000]);
    assert.deepEqual([web?.witness?.need, web?.witness?.timeoutMs], [1, 1000]);
    assert.equal(web?.fence?.timeoutMs, 30_000);
  }
});

const nine = Array.from({ length: 9 }, (_, index) => `ping://10.0.0.${index + 1}`);

// A line of a group, and every word that is said about it. The line is the 18th, its value starts behind the key.
const rows: readonly { name: string; line: string; problems: readonly (string | RegExp)[] }[] = [
  {
    name: 'a probe between brackets without quotes',
    line: 'confirm: [ssh://{peer}:22]',
    problems: ['error 18:21 between brackets, text with a placeholder stands in quotes: "ssh://{peer}"'],
  },
  {
    name: 'a bad character that is no placeholder',
    line: 'confirm: [a b{c}]',
    problems: [/^error 18:18 not valid YAML: missing , or : between flow/],
  },
  {
    name: 'a probe that is not in a list',
    line: 'confirm: ssh://{peer}',
    problems: [
      'error 18:14 groups.web.confirm: must be a list of probes, or a mapping with "probes", not "ssh://{peer}"',
    ],
  },
  {
    name: 'an empty confirm',
    line: 'confirm:',
    problems: [
      'error 18:5 groups.web.confirm: must be a list of probes, or a mapping with "probes", not empty',
    ],
  },
  {
    name: 'no probes',
    line: 'confirm: { probes: [] }',
    problems: ['error 18:24 groups.web.confirm.probes: is empty; it needs 1 to 8 probes'],
  },
  {
    name: 'a confirm without probes',
    line: 'confirm: { if_alive: take }',
    problems: ['error 18:5 groups.web.confirm.probes: is missing; it must be a list of 1 to 8 probes'],
  },
  { name: 'eight probes', line: `witness: [${nine.slice(0, 8).join(', ')}]`, problems: [] },
  {
    name: 'nine probes',
    line: `witness: [${nine.join(', ')}]`,
    problems: ['error 18:14 groups.web.witness: has too many entries; 8 probes at most'],
  },
  {
    name: 'a misspelt key and a misspelt choice',
    line: 'confirm: { probes: ["ssh://{peer}"], ifalive: take, if_alive: wit }',
    problems: [
      'error 18:42 groups.web.confirm.ifalive: is not a key here; did you mean "if_alive"?',
      'error 18:67 groups.web.confirm.if_alive: must be one of wait, take, not "wit"; did you mean "wait"?',
    ],
  },
  {
    name: 'a bad probe in a list',
    line: 'confirm: ["ssh://{peer}", ssh://10.0.0.1]',
    problems: [/^error 18:31 groups.web.confirm\[1\]: asks the same for every node; write \{peer\}/],
  },
  {
    name: 'a probe that is a number',
    line: 'witness: [3]',
    problems: [
      'error 18:15 groups.web.witness[0]: must be a probe such as tcp://HOST:PORT, or a mapping with "command", not 3',
    ],
  },
  {
    name: 'a probe twice, in two spellings',
    line: 'confirm: { probes: ["ssh://{peer}", "ssh://{peer}:22"] }',
    problems: [
      'error 18:41 groups.web.confirm.probes[1]: ssh://{peer}:22 stands twice; remove one of the two',
    ],
  },
  {
    name: 'a witness twice in a bare list',
    line: 'witness: [ping://a, ping://A]',
    problems: ['error 18:25 groups.web.witness[1]: ping://A stands twice; remove one of the two'],
  },
  { name: 'all of the probes', line: 'witness: { probes: [ping://a, ping://b], need: 2 }', problems: [] },
  {
    name: 'more than all of the probes',
    line: 'witness: { probes: [ping://a, ping://b], need: 3 }',
    problems: [
      'error 18:52 groups.web.witness.need: 3 answers are needed, but there are 2 probes; write 1 to 2, or add probes',
    ],
  },
  {
    name: 'two answers of one probe',
    line: 'witness: { probes: [ping://a], need: 2 }',
    problems: [
      'error 18:42 groups.web.witness.need: 2 answers are needed, but there is 1 probe; write 1, or add probes',
    ],
  },
  {
    name: 'no answer',
    line: 'witness: { probes: [ping://a], need: 0 }',
    problems: ['error 18:42 groups.web.witness.need: must be a whole number from 1 to 8, not 0'],
  },
  {
    name: 'a witness command about a node',
    line: 'witness: [{ command: [/bin/x, "{peer}"] }]',
    problems: [/^error 18:26 groups.web.witness\[0\].command: a witness is asked about no node/],
  },
  {
    name: 'a confirm command about no node',
    line: 'confirm: [{ command: [/bin/x] }]',
    problems: [/^error 18:26 groups.web.confirm\[0\].command: asks the same for every node/],
  },
  {
    name: 'a command that the shell would find',
    line: 'confirm: [{ command: [ping, "{peer}"] }]',
    problems: [
      'error 18:27 groups.web.confirm[0].command[0]: "ping" is not an absolute path; the PATH of a service is not the one of your shell, so write the whole path of the program',
    ],
  },
  {
    name: 'an empty command',
    line: 'witness: [{ command: [] }]',
    problems: [
      'error 18:26 groups.web.witness[0].command: is empty; it needs 1 to 64 words: the program and its arguments',
    ],
  },
  {
    name: 'a command for a shell',
    line: 'witness: [{ command: /bin/x y }]',
    problems: [
      'error 18:26 groups.web.witness[0].command: must be a list of 1 to 64 words: the program and its arguments, not "/bin/x y"',
    ],
  },
  {
    name: 'a placeholder that YAML takes for a mapping, and a number',
    line: 'confirm: [{ command: [/bin/x, {peer}, 3] }]',
    problems: [
      'error 18:35 groups.web.confirm[0].command[1]: is a mapping to YAML; a placeholder stands in quotes: "{peer}"',
      'error 18:43 groups.web.confirm[0].command[2]: must be text, not 3; write it in quotes: "3"',
    ],
  },
  {
    name: 'a zero byte',
    line: 'witness: [{ command: [/bin/x, "\\0"] }]',
    problems: [/^error 18:35 groups.web.witness\[0\].command\[1\]: has a zero byte in it/],
  },
  {
    name: 'a misspelt command',
    line: 'witness: [{ comand: [/bin/x] }]',
    problems: [
      /^error 18:15 groups.web.witness\[0\].command: is missing/,
      'error 18:17 groups.web.witness[0].comand: is not a key here; did you mean "command"?',
    ],
  },
  {
    name: 'a fence of nobody in particular',
    line: 'fence: { command: [/bin/fence, --all] }',
    problems: [
      'error 18:23 groups.web.fence.command: names no node, so it would fence nobody in particular; pass "{name}" or "{peer}" to it, the name and the address of the silent node',
    ],
  },
  {
    name: 'a fence with a misspelt placeholder',
    line: 'fence: { command: [/bin/fence, "{nmae}"] }',
    problems: ['error 18:23 groups.web.fence.command: {nmae} stands for nothing; did you mean {name}?'],
  },
  {
    name: 'a fence that the shell would find',
    line: 'fence: { command: [fence, "{name}"] }',
    problems: [/^error 18:24 groups.web.fence.command\[0\]: "fence" is not an absolute path/],
  },
  {
    name: 'a fence of a second, and nobody who tells a node that it is the one that is cut off',
    line: 'fence: { command: [/x, "{name}"], timeout: 1s }',
    problems: [
      /^warning 18:12 groups.web.fence: there is neither a witness nor an arbiter: .* add a witness/,
    ],
  },
  {
    name: 'a fence with a witness',
    line: 'fence: { command: [/x, "{name}"] }\n    witness: ["ping://10.10.10.254"]',
    problems: [],
  },
  {
    name: 'a fence of less than a second',
    line: 'fence: { command: [/x, "{name}"], timeout: 999ms }',
    problems: ['error 18:48 groups.web.fence.timeout: 999ms is out of range: 1s to 10m'],
  },
  {
    name: 'the longest fence',
    line: 'fence: { command: [/x, "{name}"], timeout: 10m }',
    problems: [/^warning .* neither a witness nor an arbiter/],
  },
  {
    name: 'a fence as a list',
    line: 'fence: [/x, "{name}"]',
    problems: ['error 18:12 groups.web.fence: must be a mapping of keys to values, not a list'],
  },
];
for (const { name, line, problems } of rows) {
  test(`probes: ${name}`, () => {
    const examined = examine(withLine(line));
    const found = examined.problems.map(
      ({ severity, line: at, column, text }) => `${severity} ${at}:${column} ${text}`,
    );
    assert.equal(found.length, problems.length, found.join('\n'));
    for (const [index, expected] of problems.entries()) {
      if (typeof expected === 'string') assert.equal(found[index], expected);
      else assert.match(found[index] ?? '', expected);
    }
    assert.equal(
      examined.settings === undefined,
      found.some((problem) => problem.startsWith('error ')),
    );
  });
}
