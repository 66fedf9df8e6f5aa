// What becomes of a command line of keepalived: a check that is built in, a program, a shell, or a sentence about why none of them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandOf, questionOf } from '../../src/migrate/keepalived/script-question.ts';
import { scriptLine } from '../../src/migrate/keepalived/script-words.ts';
import { flowText } from '../../src/migrate/yaml-value.ts';

const asked = (...written: readonly string[]): string => {
  const question = questionOf(written);
  return 'problem' in question ? question.problem : `${question.verdict} ${flowText(question.settings)}`;
};

const builtIn: readonly (readonly [string, string])[] = [
  ['/usr/bin/killall -0 haproxy', 'process: haproxy'],
  ['killall -q -0 haproxy', 'process: haproxy'],
  ['pidof nginx', 'process: nginx'],
  ['/bin/pidof -s nginx >/dev/null 2>&1', 'process: nginx'],
  ['pgrep -x keydb-server || exit 1', 'process: keydb-server'],
  ["/bin/sh -c 'killall -0 haproxy'", 'process: haproxy'],
  ['systemctl is-active postfix', 'unit: postfix.service'],
  ['/usr/bin/systemctl -q is-active ssh.socket', 'unit: ssh.socket'],
  ['curl -f http://localhost:8404/health', "http: 'http://localhost:8404/health'"],
  ['curl -sf localhost/up', "http: 'http://localhost/up'"],
  ['curl --silent --output /dev/null 127.0.0.1', "http: 'http://127.0.0.1', status: '100-599'"],
  ['curl -kfsS https://10.0.0.1/', "http: 'https://10.0.0.1/', verify: false"],
  [
    "curl -f -H 'Host: a.example' http://127.0.0.1/",
    "http: 'http://127.0.0.1/', headers: { Host: a.example }",
  ],
  ['nc -z 127.0.0.1 3306', "tcp: '127.0.0.1:3306'"],
  ['nc -zv -w2 ::1 25', "tcp: '[::1]:25'"],
  ['</dev/tcp/127.0.0.1/80', "tcp: '127.0.0.1:80'"],
  ["bash -c '</dev/tcp/db.example/5432'", "tcp: 'db.example:5432'"],
  ['ping -c1 10.0.0.254', 'ping: 10.0.0.254'],
  ['ping -q -c 2 -W 1 gw.example', 'ping: gw.example'],
];
for (const [line, settings] of builtIn)
  test(`keepalived: ${line} is built in`, () => assert.equal(asked(line), `changed { ${settings} }`));

/** Each is near to one that is built in, and asks something else. */
const programs: readonly (readonly [string, string])[] = [
  ['/etc/keepalived/check.sh', 'taken { command: [/etc/keepalived/check.sh] }'],
  ['/x \'a b\' "c d" e\\ f', "taken { command: [/x, 'a b', 'c d', 'e f'] }"],
  ['/usr/bin/killall -9 haproxy', "taken { command: [/usr/bin/killall, '-9', haproxy] }"],
  ['/usr/bin/killall -0 a b', "taken { command: [/usr/bin/killall, '-0', a, b] }"],
  ['/usr/bin/pgrep -f haproxy', "taken { command: [/usr/bin/pgrep, '-f', haproxy] }"],
  ['/usr/bin/curl -fL http://a/', "taken { command: [/usr/bin/curl, '-fL', 'http://a/'] }"],
  [
    '/usr/bin/curl -f -o /tmp/x http://a/',
    "taken { command: [/usr/bin/curl, '-f', '-o', /tmp/x, 'http://a/'] }",
  ],
  ['/usr/bin/curl -f -X POST a', "taken { command: [/usr/bin/curl, '-f', '-X', POST, a] }"],
  ['/bin/nc 127.0.0.1 80', "taken { command: [/bin/nc, 127.0.0.1, '80'] }"],
  ['/bin/nc -z 127.0.0.1 80-90', "taken { command: [/bin/nc, '-z', 127.0.0.1, '80-90'] }"],
  ['/bin/nc -zu 127.0.0.1 53', "taken { command: [/bin/nc, '-zu', 127.0.0.1, '53'] }"],
  ['/bin/ping 10.0.0.1', 'taken { command: [/bin/ping, 10.0.0.1] }'],
  ['/bin/ping -c1 -I eth0 10.0.0.1', "taken { command: [/bin/ping, '-c1', '-I', eth0, 10.0.0.1] }"],
  ['test -f /run/ready', "changed { command: [/usr/bin/test, '-f', /run/ready] }"],
  ['/bin/a && /bin/b', "changed { command: [/bin/sh, '-c', '/bin/a && /bin/b'] }"],
  ['/bin/a | grep x', "changed { command: [/bin/sh, '-c', '/bin/a | grep x'] }"],
  ['kill -0 $(cat /run/x.pid)', "changed { command: [/bin/sh, '-c', 'kill -0 $(cat /run/x.pid)'] }"],
  ['pidof a && pidof b', "changed { command: [/bin/sh, '-c', 'pidof a && pidof b'] }"],
  ['! pidof a', "changed { command: [/bin/sh, '-c', '! pidof a'] }"],
  ['A=1 /bin/a', "changed { command: [/bin/sh, '-c', 'A=1 /bin/a'] }"],
];
for (const [line, expected] of programs)
  test(`keepalived: ${line} stays a program`, () => assert.equal(asked(line), expected));

test('keepalived: a program that PATH would find is asked for by its path', () => {
  assert.match(
    asked('check_nginx.sh'),
    /"check_nginx\.sh" is not an absolute path.*command -v check_nginx\.sh/,
  );
  assert.match(asked('./a/check.sh x'), /not an absolute path/);
  assert.match(asked(''), /no program/);
  assert.match(asked('constructor'), /not an absolute path/);
});

test('keepalived: of what is not in quotes keepalived takes the first word, which is said', () => {
  const question = questionOf(['/usr/local/bin/alive.sh', 'web']);
  assert.ok(!('problem' in question));
  assert.deepEqual(question.command, ['/usr/local/bin/alive.sh', 'web']);
  assert.match(question.says, /the first word alone/);
});

test('keepalived: words that are too many are no command', () => {
  assert.match(JSON.stringify(commandOf([`/bin/true ${'x '.repeat(64)}`])), /more than 64 words/);
  assert.equal(scriptLine('/a "b').words.length, 2);
});
