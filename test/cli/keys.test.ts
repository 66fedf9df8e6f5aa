import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { startControlServer } from '../../src/control/server.ts';
import { main } from '../../src/cli/main.ts';
import type { PeerReport } from '../../src/core/report.ts';
import { parseSettings } from '../../src/config/load.ts';
import { formatKeyFile, loadIdentities } from '../../src/keys/keyfile.ts';
import { fingerprintOf, parsePublicLine } from '../../src/wire/public-line.ts';
import { identities, lines, pair } from '../config/example-file.ts';
import { fakeHost, type FakeHostOptions } from '../fakes/cli-host.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { fakePort } from '../fakes/control-port.ts';
import { node, peerReport, statusReport } from '../fakes/status-report.ts';

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

const during = pair.replace(`key: ${lines.lb1}`, `keys: [${lines.lb3}, ${lines.lb1}]`);
const afterwards = pair.replace(lines.lb1, lines.lb3);
const oldKeys = formatKeyFile([identities.lb1]);
const bothKeys = formatKeyFile([identities.lb3, identities.lb1]);
const newKeys = formatKeyFile([identities.lb3]);

/** A place with these files, where `files` are the options that name them. */
async function rotating(t: TestContext, { config, identity }: { config: string; identity: string }) {
  const place = await workplace(t);
  await writeFile(place.config, config);
  await writeFile(place.identity, identity, { mode: 0o600 });
  const files = ['-c', place.config, '--identity', place.identity];
  return {
    ...place,
    rotate: () => place.run('key', 'rotate', ...files),
    retire: (...more: readonly string[]) =>
      place.run('key', 'retire', ...files, '--control', join(place.directory, 'control.sock'), ...more),
    texts: () => Promise.all([readFile(place.config, 'utf8'), readFile(place.identity, 'utf8')]),
  };
}

/** A daemon in that place, which reports this of its own keys and of what lb2 and lb3 know. */
async function daemonWith(
  t: TestContext,
  directory: string,
  [keys, ...knowledge]: readonly [readonly ('lb1' | 'lb3')[], ...(PeerReport['knowsOurKey'] & string)[]],
): Promise<void> {
  const port = fakePort();
  port.report = statusReport({
    keyIds: keys.map((name) => identities[name].public.id),
    peers: knowledge.map((knowsOurKey, index) =>
      peerReport({ name: node(`lb${index + 2}`), knowsOurKey, state: index === 1 ? 'silent' : 'alive' }),
    ),
  });
  const path = join(directory, 'control.sock');
  const server = await startControlServer({ path, group: '' }, { port, log: collectedLog() });
  t.after(() => server.close());
}

test('key rotate: a second identity in front of the old one, in both files', async (t) => {
  const { config, identity, rotate, texts } = await rotating(t, { config: pair, identity: oldKeys });
  await chmod(config, 0o640);
  const ran = await rotate();
  assert.equal(ran.exitCode, 0);
  const made = parsePublicLine(ran.out);
  assert.equal(ran.out, made.line);
  const own = await loadIdentities(identity, process.geteuid?.() ?? 0);
  assert.deepEqual(
    own.map((one) => one.public.id),
    [made.id, identities.lb1.public.id],
  );
  const [text] = await texts();
  assert.equal(text, pair.replace(`key: ${lines.lb1}`, `keys: [${made.line}, ${lines.lb1}]`));
  assert.deepEqual(parseSettings(text, config).warnings, []);
  for (const [file, mode] of [
    [identity, 0o600],
    [config, 0o640],
  ] as const)
    assert.equal((await stat(file)).mode & 0o777, mode);
  assert.ok(ran.err.includes(fingerprintOf(made)));
  for (const next of ['to the other nodes', 'sealbeat reload', 'sealbeat status', 'sealbeat key retire'])
    assert.ok(ran.err.includes(next), next);
  assert.doesNotMatch(ran.err + ran.out, /secret1/);
});

test('key rotate: one that was cut off between its writes is finished with the same key', async (t) => {
  const { rotate, texts } = await rotating(t, { config: pair, identity: bothKeys });
  const ran = await rotate();
  assert.deepEqual([ran.exitCode, ran.out], [0, lines.lb3]);
  assert.match(ran.err, /has the new identity already, from an earlier run: only the config is edited/);
  assert.deepEqual(await texts(), [during, bothKeys]);
});

for (const [name, config, identity, code, said] of [
  ['a rotation is under way', during, bothKeys, 1, /a rotation of the key of lb1 is under way/],
  ['the node is not in the config', pair.replace(lines.lb1, lines.lb3), oldKeys, 1, /no node of the config/],
  ['the config has a mistake', `${pair}wrong: 1\n`, oldKeys, 1, /wrong/],
  [
    'the key cannot be edited',
    pair.replace('key: ', 'key: >-\n      '),
    oldKeys,
    1,
    /cannot be edited safely/,
  ],
] as const) {
  test(`key rotate: nothing is written when ${name}`, async (t) => {
    const place = await rotating(t, { config, identity });
    const ran = await place.rotate();
    assert.deepEqual([ran.exitCode, ran.out], [code, '']);
    assert.match(ran.err, said);
    assert.match(ran.err, /sealbeat: hint: /);
    assert.deepEqual(await place.texts(), [config, identity]);
  });
}

for (const [name, config, identity] of [
  ['from both files', during, bothKeys],
  ['from the identity file, when an earlier run took it from the config', afterwards, bothKeys],
  ['from the config, when it is gone from the identity file', during, newKeys],
] as const) {
  test(`key retire: the older key goes ${name}`, async (t) => {
    const place = await rotating(t, { config, identity });
    await daemonWith(t, place.directory, [['lb3', 'lb1'], 'newest', 'newest']);
    const ran = await place.retire();
    assert.deepEqual([ran.exitCode, ran.out], [0, ''], ran.err);
    assert.deepEqual(await place.texts(), [afterwards, newKeys]);
    for (const one of [identities.lb3, identities.lb1])
      assert.ok(ran.err.includes(fingerprintOf(one.public)));
    assert.match(ran.err, /hint: copy .* `sealbeat reload`/);
    assert.equal((await stat(place.identity)).mode & 0o777, 0o600);
    assert.match((await place.retire()).err, /lb1 has one key: no rotation is under way/);
  });
}

for (const [name, report, said] of [
  [
    'a node calls the old key the newest',
    [['lb3', 'lb1'], 'older', 'newest'],
    /error: lb2 still calls the old/,
  ],
  ['a node is silent and said nothing', [['lb3', 'lb1'], 'newest', 'unknown'], /error: lb3 .*: it is silent/],
  ['the daemon goes by the old config', [['lb1'], 'newest', 'newest'], /has not read the new key yet/],
] as const) {
  test(`key retire: nothing is written while ${name}, unless forced`, async (t) => {
    const place = await rotating(t, { config: during, identity: bothKeys });
    await daemonWith(t, place.directory, report);
    const ran = await place.retire();
    assert.equal(ran.exitCode, 1);
    assert.match(ran.err, said);
    assert.deepEqual(await place.texts(), [during, bothKeys]);
    assert.equal((await place.retire('--force')).exitCode, 0);
    assert.deepEqual(await place.texts(), [afterwards, newKeys]);
  });
}

test('key retire: without a daemon it is said that nobody could be asked', async (t) => {
  const place = await rotating(t, { config: during, identity: bothKeys });
  const ran = await place.retire();
  assert.equal(ran.exitCode, 0);
  assert.match(ran.err, /warning: who knows the new key could not be asked: /);
  assert.deepEqual(await place.texts(), [afterwards, newKeys]);
});

test('key retire: a rotation that was begun and not finished is not ended', async (t) => {
  const place = await rotating(t, { config: pair, identity: bothKeys });
  const ran = await place.retire();
  assert.equal(ran.exitCode, 1);
  assert.match(ran.err, /hint: `sealbeat key rotate` finishes what was begun/);
  assert.deepEqual(await place.texts(), [pair, bothKeys]);
});
