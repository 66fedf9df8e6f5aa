// Goal: what each service manager is told changes only on purpose. After a change on purpose:
//   UPDATE_GOLDEN=1 node --test test/service/texts.test.ts
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { managerOf, planFor } from '../../src/service/for-host.ts';
import { MANAGERS } from '../../src/service/plan.ts';
import { shellWord, systemdLine } from '../../src/service/quote.ts';
import { originOf, stamped } from '../../src/service/stamp.ts';
import { networkdDropIn } from '../../src/service/systemd.ts';
import { PROGRAMS, wantedFor } from './wanted.ts';

const golden = join(import.meta.dirname, '..', 'golden', 'service');
const update = process.env['UPDATE_GOLDEN'] === '1' && process.env['CI'] !== 'true';

function sameAsGolden(name: string, text: string): void {
  const path = join(golden, name);
  if (update) {
    mkdirSync(golden, { recursive: true });
    writeFileSync(path, text);
  }
  assert.equal(text, readFileSync(path, 'utf8'));
}

for (const manager of MANAGERS) {
  for (const [kind, program] of Object.entries(PROGRAMS)) {
    const plan = planFor(manager, wantedFor(manager, program));
    test(`texts: ${manager}, ${kind}`, () => {
      for (const file of plan.files) {
        sameAsGolden(`${manager}-${kind}${file.path.replaceAll('/', '-')}`, stamped(file));
        assert.equal(originOf(stamped(file)), 'ours');
        assert.equal(originOf(stamped(file).replace('sealbeat', 'other')), 'changed');
        assert.equal(originOf(`${stamped(file)}x=1\n`), 'changed');
        assert.equal(originOf(file.text), 'foreign');
      }
    });
  }
}

test('texts: networkd keeps what has a lease', () =>
  assert.match(networkdDropIn(), /^KeepConfiguration=yes$/m));

test('quote: words stay words', () => {
  assert.equal(shellWord("it's"), `'it'\\''s'`);
  assert.equal(shellWord('/a/b-c.d'), '/a/b-c.d');
  assert.equal(systemdLine(['/a b', '50%', '$x']), '"/a b" 50%% $$x');
});

test('texts: OpenBSD refuses what pgrep could not find', () => {
  const wanted = wantedFor('openbsd', ['/opt/c++/sealbeat']);
  assert.throws(() => planFor('openbsd', wanted), /could not find a process/);
});

const hosts = [
  { platform: 'sunos', there: '', manager: 'smf' },
  { platform: 'freebsd', there: '', manager: 'freebsd' },
  { platform: 'linux', there: '/run/systemd/system', manager: 'systemd' },
  { platform: 'linux', there: '/run/openrc', manager: 'openrc' },
] as const;
for (const { platform, there, manager } of hosts) {
  test(`manager: ${platform} with ${there || 'nothing'} is ${manager}`, () => {
    assert.equal(
      managerOf(platform, (path) => path === there),
      manager,
    );
  });
}
test('manager: none is a clear error', () => {
  assert.throws(() => managerOf('linux', () => false), { name: 'OperatorError', code: 'REFUSED' });
});
