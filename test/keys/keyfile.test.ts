import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import {
  chmod,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { OperatorError } from '../../src/core/errors.ts';
import { formatKeyFile, loadIdentities, parseKeyFile } from '../../src/keys/keyfile.ts';
import { replaceFileText, writeNewFile } from '../../src/keys/write-file.ts';
import { identityFrom, makeIdentity } from '../../src/wire/identity.ts';
import { seededRandom } from '../fakes/seeded-random.ts';

const random = seededRandom('keyfile');
const euid = process.geteuid?.() ?? 0;
const lb1 = makeIdentity(seededRandom('lb1'));
const older = makeIdentity(seededRandom('lb1, last year'));
const text = formatKeyFile([lb1]);
const secretLine = text.split('\n').find((line) => line.startsWith('sealbeat-secret1')) ?? '';

async function directory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sealbeat-keys-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function identityFile(
  t: TestContext,
  content: string | Uint8Array = text,
  mode = 0o600,
): Promise<string> {
  const path = join(await directory(t), 'identity');
  await writeFile(path, content);
  await chmod(path, mode);
  return path;
}

/** No error may carry secret key material, whole or in part. */
function assertNothingSecret(error: unknown): asserts error is OperatorError {
  assert.ok(error instanceof OperatorError);
  const said = `${error.message} ${error.hint} ${error.stack} ${String(error.cause)}`;
  for (let at = 16; at + 12 <= secretLine.length; at++)
    assert.ok(!said.includes(secretLine.slice(at, at + 12)));
}

test('key file: the golden one stays readable', () => {
  const golden =
    'sealbeat-secret1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqsyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqsgvwve7';
  const [identity] = parseKeyFile(Buffer.from(golden), 'identity');
  const expected = identityFrom({
    signSeed: new Uint8Array(32).fill(1),
    boxSecret: new Uint8Array(32).fill(2),
  });
  assert.deepEqual(identity?.signSeed, expected.signSeed);
  assert.deepEqual(identity?.boxSecret, expected.boxSecret);
});

test('key file: two identities, the newest first, are read as they were written', () => {
  const read = parseKeyFile(Buffer.from(formatKeyFile([lb1, older])), 'identity');
  assert.deepEqual(
    read.map(({ public: { line }, signSeed, boxSecret }) => ({ line, signSeed, boxSecret })),
    [lb1, older].map(({ public: { line }, signSeed, boxSecret }) => ({ line, signSeed, boxSecret })),
  );
});

test('key file: says what it is, that it must not be copied, and its public line', () => {
  assert.match(text, /^# sealbeat identity: the secret keys/);
  assert.match(text, /Never copy it/);
  assert.ok(text.includes(`# public: ${lb1.public.line}\n`));
});

test('key file: comments, blank lines and Windows line ends do no harm', () => {
  const [identity] = parseKeyFile(Buffer.from(`\r\n# mine\r\n  ${secretLine}  \r\n\r\n`), 'identity');
  assert.equal(identity?.public.id, lb1.public.id);
});

const broken: readonly { name: string; content: string | Uint8Array; message: RegExp }[] = [
  { name: 'empty', content: '', message: /no secret key in it: empty, or cut short/ },
  { name: 'comments alone', content: text.split('\n').slice(0, 4).join('\n'), message: /no secret key/ },
  { name: 'binary', content: new Uint8Array([0x73, 0, 0xff, 1]), message: /binary content/ },
  {
    name: 'cut in the middle of the key',
    content: text.slice(0, -41),
    message: /line 5 is cut short: 40 characters are missing/,
  },
  {
    name: 'too long',
    content: text.replace(secretLine, `${secretLine}qq`),
    message: /line 5 is 2 characters too long/,
  },
  {
    name: 'one character changed',
    content: text.replace(
      secretLine,
      secretLine.slice(0, 60) + (secretLine[60] === 'q' ? 'p' : 'q') + secretLine.slice(61),
    ),
    message: /line 5 is damaged/,
  },
  { name: 'of a later version', content: 'sealbeat-secret2qqqq', message: /line 1 is of a later version/ },
  { name: 'a public line', content: lb1.public.line, message: /line 1 is a public line/ },
  { name: 'a PEM key', content: '-----BEGIN OPENSSH PRIVATE KEY-----', message: /line 1 starts a PEM file/ },
  { name: 'something else', content: 'hello', message: /line 1 is neither a comment nor a secret key/ },
  { name: 'the same identity twice', content: `${secretLine}\n${secretLine}`, message: /line 2 repeats/ },
  {
    name: 'three identities',
    content: formatKeyFile([lb1, older, makeIdentity(random)]),
    message: /3 identities/,
  },
];
for (const { name, content, message } of broken) {
  test(`key file: refused when ${name}`, () => {
    assert.throws(
      () =>
        parseKeyFile(typeof content === 'string' ? Buffer.from(content) : content, '/etc/sealbeat/identity'),
      (error: unknown) => {
        assertNothingSecret(error);
        assert.equal(error.code, 'IDENTITY_UNREADABLE');
        assert.match(error.message, /^\/etc\/sealbeat\/identity: /);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test('key file: any bytes at all are read or refused, never with their content', () => {
  const any = fc.oneof(
    fc.uint8Array(),
    fc.string().map((tail) => Buffer.from(`sealbeat-secret1${tail}`)),
    fc.nat(text.length).map((length) => Buffer.from(text.slice(0, length))),
  );
  fc.assert(
    fc.property(any, (content) => {
      try {
        parseKeyFile(content, 'identity');
      } catch (error) {
        assertNothingSecret(error);
      }
    }),
  );
});

for (const mode of [0o600, 0o400]) {
  test(`identity: read with mode ${mode.toString(8)}`, async (t) => {
    const [identity] = await loadIdentities(await identityFile(t, text, mode), euid);
    assert.equal(identity?.public.id, lb1.public.id);
  });
}

for (const mode of [0o640, 0o604, 0o620, 0o644, 0o660, 0o666, 0o700, 0o777]) {
  test(`identity: refused with mode ${mode.toString(8)}, with the remedy`, async (t) => {
    const path = await identityFile(t, text, mode);
    await assert.rejects(loadIdentities(path, euid), (error: unknown) => {
      assertNothingSecret(error);
      assert.equal(error.code, 'IDENTITY_UNSAFE');
      assert.ok(error.message.includes(`mode 0${mode.toString(8)}`), error.message);
      assert.ok(error.hint.startsWith(`chmod 600 ${path}`), error.hint);
      return true;
    });
  });
}

test("identity: another user's file is refused, and root's for everybody but root", async (t) => {
  const path = await identityFile(t);
  await assert.rejects(loadIdentities(path, euid + 1000), (error: unknown) => {
    assertNothingSecret(error);
    assert.equal(error.code, 'IDENTITY_UNSAFE');
    assert.match(error.message, /belongs to .* but sealbeat runs as user/);
    return true;
  });
});

test('identity: refused in a directory in which others can write', async (t) => {
  const parent = await directory(t);
  await mkdir(join(parent, 'loose', 'strict'), { recursive: true });
  await chmod(join(parent, 'loose', 'strict'), 0o700);
  const path = join(parent, 'loose', 'strict', 'identity');
  await writeNewFile(path, text, random);
  for (const mode of [0o770, 0o707, 0o777]) {
    await chmod(join(parent, 'loose'), mode);
    await assert.rejects(loadIdentities(path, euid), {
      code: 'IDENTITY_UNSAFE',
      hint: `chmod go-w ${join(parent, 'loose')}`,
    });
  }
  await chmod(join(parent, 'loose'), 0o755);
  assert.equal((await loadIdentities(path, euid)).length, 1);
});

test('identity: a sticky directory such as /tmp is fine, since nobody can rename what is ours in it', async (t) => {
  const parent = await directory(t);
  await writeNewFile(join(parent, 'identity'), text, random);
  await chmod(parent, 0o1777);
  assert.equal((await loadIdentities(join(parent, 'identity'), euid)).length, 1);
});

test('identity: a symlink is followed, and every place on its way is looked at', async (t) => {
  const parent = await directory(t);
  for (const name of ['here', 'loose', 'there']) await mkdir(join(parent, name), { mode: 0o700 });
  await writeNewFile(join(parent, 'there', 'identity'), text, random);
  await symlink('../loose/second', join(parent, 'here', 'first'));
  await symlink(join(parent, 'there', 'identity'), join(parent, 'loose', 'second'));
  assert.equal((await loadIdentities(join(parent, 'here', 'first'), euid)).length, 1);
  await chmod(join(parent, 'loose'), 0o777); // neither the path given nor the file's own: only the link between
  await assert.rejects(loadIdentities(join(parent, 'here', 'first'), euid), {
    code: 'IDENTITY_UNSAFE',
    hint: `chmod go-w ${join(parent, 'loose')}`,
  });
});

test('identity: a symlink that leads to itself is an error', async (t) => {
  const parent = await directory(t);
  await symlink('identity', join(parent, 'identity'));
  await assert.rejects(loadIdentities(join(parent, 'identity'), euid), { code: 'IDENTITY_UNREADABLE' });
});

test('identity: a missing file names the command that makes it', async (t) => {
  const path = join(await directory(t), 'identity');
  await assert.rejects(loadIdentities(path, euid), {
    code: 'IDENTITY_UNREADABLE',
    message: `${path} does not exist`,
    hint: `make this node's identity with "sealbeat keygen -o ${path}"`,
  });
});

test('identity: a directory, a pipe, a file as directory and an enormous file are refused at once', async (t) => {
  const parent = await directory(t);
  await mkdir(join(parent, 'directory'), { mode: 0o700 });
  await writeFile(join(parent, 'enormous'), Buffer.alloc(70_000, '#'), { mode: 0o600 });
  execFileSync('mkfifo', ['-m', '600', join(parent, 'pipe')]);
  for (const name of ['directory', 'pipe', 'enormous', 'enormous/identity']) {
    await assert.rejects(loadIdentities(join(parent, name), euid), { code: 'IDENTITY_UNREADABLE' }, name);
  }
});

test('writing: mode 0600 whatever the umask, a missing last directory is made 0700', async (t) => {
  const parent = await directory(t);
  const umask = process.umask(0);
  t.after(() => process.umask(umask));
  const path = join(parent, 'new', 'identity');
  await writeNewFile(path, text, random);
  assert.equal(await readFile(path, 'utf8'), text);
  assert.equal((await stat(path)).mode & 0o7777, 0o600);
  assert.equal((await stat(join(parent, 'new'))).mode & 0o7777, 0o700);
  assert.deepEqual(await readdir(join(parent, 'new')), ['identity'], 'no draft is left');
});

test('writing: a missing directory further up is an error', async (t) => {
  const parent = await directory(t);
  await assert.rejects(writeNewFile(join(parent, 'a', 'b', 'identity'), text, random), {
    code: 'FILE_UNWRITABLE',
  });
});

test('writing: an existing file, link or directory is never overwritten', async (t) => {
  const parent = await directory(t);
  await writeFile(join(parent, 'file'), 'precious');
  await symlink('nowhere', join(parent, 'link'));
  await mkdir(join(parent, 'directory'));
  for (const name of ['file', 'link', 'directory']) {
    await assert.rejects(writeNewFile(join(parent, name), text, random), { code: 'FILE_EXISTS' }, name);
  }
  assert.equal(await readFile(join(parent, 'file'), 'utf8'), 'precious');
  assert.deepEqual((await readdir(parent)).sort(), ['directory', 'file', 'link'], 'no draft is left');
});

test('writing: of twenty at once exactly one wins, and its file is whole', async (t) => {
  const path = join(await directory(t), 'identity');
  const texts = Array.from({ length: 20 }, (_, index) => `${index} `.repeat(1000));
  const ends = await Promise.allSettled(
    texts.map((each, index) => writeNewFile(path, each, seededRandom(`${index}`))),
  );
  const winners = ends.flatMap(({ status }, index) => (status === 'fulfilled' ? [texts[index]] : []));
  assert.deepEqual(winners, [await readFile(path, 'utf8')]);
});

test('replacing: keeps mode and link, and leaves no draft', async (t) => {
  const parent = await directory(t);
  await writeFile(join(parent, 'real.yaml'), 'old');
  await chmod(join(parent, 'real.yaml'), 0o640);
  await symlink('real.yaml', join(parent, 'sealbeat.yaml'));
  await replaceFileText(join(parent, 'sealbeat.yaml'), { before: 'old', after: 'new' }, random);
  assert.equal(await readFile(join(parent, 'real.yaml'), 'utf8'), 'new');
  assert.equal((await stat(join(parent, 'real.yaml'))).mode & 0o7777, 0o640);
  assert.deepEqual((await readdir(parent)).sort(), ['real.yaml', 'sealbeat.yaml']);
});

test('replacing: what somebody else has edited meanwhile stays', async (t) => {
  const path = join(await directory(t), 'sealbeat.yaml');
  const file = await open(path, constants.O_CREAT | constants.O_WRONLY);
  await file.writeFile('edited meanwhile');
  await file.close();
  await assert.rejects(replaceFileText(path, { before: 'old', after: 'new' }, random), { code: 'REFUSED' });
  assert.equal(await readFile(path, 'utf8'), 'edited meanwhile');
});
