import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { parseSettings } from '../../src/config/load.ts';
import { formatKeyFile } from '../../src/keys/keyfile.ts';
import { fingerprintOf, parsePublicLine } from '../../src/wire/public-line.ts';
import { identities, lines, pair } from '../config/example-file.ts';
import { fakeHost, type FakeHostOptions } from '../fakes/cli-host.ts';

async function workplace(t: TestContext, options?: FakeHostOptions) {
  const directory = await mkdtemp(join(tmpdir(), 'sealbeat-cli-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const config = join(directory, 'sealbeat.yaml');
  const identity = join(directory, 'identity');
  await writeFile(config, pair);
  await writeFile(identity, formatKeyFile([identities.lb3, identities.lb1]), { mode: 0o600 });
  const run = async (...argv: readonly string[]) => {
    const host = fakeHost(options);
    const exitCode = await main(argv, host);
    return { exitCode, out: host.outs.join('\n'), err: host.errs.join('\n'), asked: host.asked };
  };
  return { directory, config, identity, run };
}

const newLine = lines.lb3;

test('keygen: the public line alone on stdout, the secret in a file of mode 0600', async (t) => {
  const { directory, run } = await workplace(t);
  const file = join(directory, 'made', 'identity');
  const ran = await run('keygen', '-o', file);
  assert.equal(ran.exitCode, 0);
  const made = parsePublicLine(ran.out);
  assert.equal(ran.out, made.line);
  assert.ok(ran.err.includes(fingerprintOf(made)) && ran.err.includes(file));
  assert.doesNotMatch(ran.err + ran.out, /secret1/);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await run('key', 'show', '--identity', file)).out, made.line);
});

test('keygen: an existing identity stays', async (t) => {
  const { identity, run } = await workplace(t);
  const before = await readFile(identity, 'utf8');
  const ran = await run('keygen', '-o', identity);
  assert.deepEqual([ran.exitCode, ran.out], [1, '']);
  assert.match(ran.err, /^sealbeat: error: .*identity exists and is never overwritten\nsealbeat: hint: /);
  assert.equal(await readFile(identity, 'utf8'), before);
});

test('keygen: says at once when the daemon would refuse the place', async (t) => {
  const { directory, run } = await workplace(t);
  await chmod(directory, 0o777);
  const ran = await run('keygen', '-o', join(directory, 'loose'));
  assert.equal(ran.exitCode, 0);
  assert.match(ran.err, /warning: the daemon would refuse the file as it is: others can write in /);
  assert.ok(ran.err.includes(`hint: chmod go-w ${directory}`));
});

test('key show and fingerprint: own keys, newest first', async (t) => {
  const { identity, run } = await workplace(t);
  assert.equal((await run('key', 'show', '--identity', identity)).out, `${lines.lb3}\n${lines.lb1}`);
  const expected = [identities.lb3, identities.lb1].map((one) => fingerprintOf(one.public)).join('\n');
  assert.equal((await run('key', 'fingerprint', '--identity', identity)).out, expected);
});

test('key fingerprint: of a line and of a node', async (t) => {
  const { config, run } = await workplace(t);
  const expected = fingerprintOf(identities.lb2.public);
  assert.equal((await run('key', 'fingerprint', lines.lb2)).out, expected);
  assert.equal((await run('key', 'fingerprint', 'lb2', '-c', config)).out, expected);
  const unknown = await run('key', 'fingerprint', 'lb7', '-c', config);
  assert.deepEqual([unknown.exitCode, unknown.out], [2, '']);
  assert.match(unknown.err, /has no node "lb7"\nsealbeat: hint: the nodes are lb1, lb2/);
});

test('key list: for people and for programs', async (t) => {
  const { config, run } = await workplace(t);
  const rows = [
    ['lb1', identities.lb1.public],
    ['lb2', identities.lb2.public],
  ] as const;
  const text = rows.map(([name, key]) => `${name}  ${fingerprintOf(key)}  ${key.id}`).join('\n');
  assert.equal((await run('key', 'list', '-c', config)).out, text);
  assert.deepEqual(
    JSON.parse((await run('key', 'list', '-c', config, '--json')).out),
    rows.map(([node, key]) => ({ node, fingerprint: fingerprintOf(key), id: key.id, line: key.line })),
  );
});

test('key trust: a new node with its path makes a file that check accepts', async (t) => {
  const { config, run } = await workplace(t);
  await chmod(config, 0o640);
  const ran = await run(
    'key',
    'trust',
    'lb3',
    newLine,
    '-c',
    config,
    '--path',
    'udp://10.10.10.3',
    '--path',
    'udp://10.10.11.3',
  );
  assert.deepEqual([ran.exitCode, ran.out], [0, '']);
  assert.ok(ran.err.includes(`fingerprint ${fingerprintOf(identities.lb3.public)}`));
  assert.doesNotMatch(ran.err, /not complete/);
  const { settings } = parseSettings(await readFile(config, 'utf8'), config);
  assert.deepEqual(
    settings.nodes[2]?.paths.map(({ host }) => host),
    ['10.10.10.3', '10.10.11.3'],
  );
  assert.equal((await stat(config)).mode & 0o777, 0o640);
});

test('key trust: what is still missing is said', async (t) => {
  const { config, run } = await workplace(t);
  const ran = await run('key', 'trust', 'lb3', newLine, '-c', config);
  assert.equal(ran.exitCode, 0);
  assert.match(
    ran.err,
    /note: .* is not complete yet:\nsealbeat: note: .*:14:3: nodes.lb3.paths: is missing/,
  );
  assert.match(ran.err, /hint: when it is, run: sealbeat check -c /);
});

test('key trust: a bad path is refused before anything is written', async (t) => {
  const { config, run } = await workplace(t);
  const ran = await run('key', 'trust', 'lb3', newLine, '-c', config, '--path', '10.10.10.3');
  assert.equal(ran.exitCode, 2);
  assert.match(ran.err, /error: --path: "10.10.10.3" is not a path/);
  assert.equal(await readFile(config, 'utf8'), pair);
});

test('key trust: another key is refused without --replace, with both fingerprints', async (t) => {
  const { config, run } = await workplace(t);
  const ran = await run('key', 'trust', 'lb2', newLine, '-c', config);
  assert.equal(ran.exitCode, 1);
  for (const { public: key } of [identities.lb2, identities.lb3])
    assert.ok(ran.err.includes(fingerprintOf(key)));
  assert.equal(await readFile(config, 'utf8'), pair);
});

for (const [answer, replaced] of [
  ['y', true],
  ['yes', true],
  ['', false],
  ['n', false],
  ['yep', false],
] as const) {
  test(`key trust: --replace asks, and "${answer}" ${replaced ? 'replaces' : 'changes nothing'}`, async (t) => {
    const { config, run } = await workplace(t, { answers: [answer] });
    const ran = await run('key', 'trust', 'lb2', newLine, '-c', config, '--replace');
    assert.deepEqual([ran.exitCode, ran.asked.length], [replaced ? 0 : 1, 1]);
    assert.equal(await readFile(config, 'utf8'), replaced ? pair.replace(lines.lb2, newLine) : pair);
  });
}

test('key trust: --replace without a terminal needs --yes', async (t) => {
  const { config, run } = await workplace(t);
  const refused = await run('key', 'trust', 'lb2', newLine, '-c', config, '--replace');
  assert.equal(refused.exitCode, 1);
  assert.match(refused.err, /run the command again with --yes/);
  assert.equal(await readFile(config, 'utf8'), pair);
  const done = await run('key', 'trust', 'lb2', newLine, '-c', config, '--replace', '--yes');
  assert.deepEqual([done.exitCode, done.asked], [0, []]);
  assert.equal(await readFile(config, 'utf8'), pair.replace(lines.lb2, newLine));
});

test('key trust: a secret key on the command line is not repeated', async (t) => {
  const { identity, config, run } = await workplace(t);
  const secret =
    (await readFile(identity, 'utf8')).split('\n').find((line) => line.startsWith('sealbeat-secret')) ?? '';
  const ran = await run('key', 'trust', 'lb2', secret, '-c', config);
  assert.equal(ran.exitCode, 1);
  assert.match(ran.err, /this is a SECRET key/);
  assert.ok(!ran.err.includes(secret.slice(20, 40)));
});
