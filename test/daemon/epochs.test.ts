import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { GroupName } from '../../src/core/units.ts';
import { openEpochs } from '../../src/daemon/epochs.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const web = 'web' as GroupName;
const mail = 'mail' as GroupName;

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-epochs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state');
}

async function opened(folder: string) {
  const clock = new ManualClock();
  const log = collectedLog();
  return { clock, log, epochs: await openEpochs(folder, { clock, log }) };
}

test('epochs: what was put is there after a restart, in a directory that only we read', async (t) => {
  const folder = folderFor(t);
  const { epochs, log } = await opened(folder);
  assert.equal(epochs.get(web), 0);
  epochs.put(web, 17);
  epochs.put(mail, 9_007_199_254_740_991);
  assert.equal(epochs.get(web), 17);
  await epochs.settled();
  const again = await opened(folder);
  assert.equal(again.epochs.get(web), 17);
  assert.equal(again.epochs.get(mail), 9_007_199_254_740_991);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, 'epochs.json')).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['epochs.json'], 'no draft is left');
  assert.deepEqual(log.lines, []);
});

test('epochs: a link in the place of the draft is replaced, not followed', async (t) => {
  const folder = folderFor(t);
  mkdirSync(folder);
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'precious');
  symlinkSync(victim, join(folder, 'epochs.json.new'));
  const { epochs, log } = await opened(folder);
  epochs.put(web, 17);
  await epochs.settled();
  assert.equal(readFileSync(victim, 'utf8'), 'precious');
  assert.ok(lstatSync(join(folder, 'epochs.json')).isFile());
  assert.equal((await opened(folder)).epochs.get(web), 17);
  assert.deepEqual(log.lines, []);
});

test('epochs: a draft that a crash left behind does not keep the next one from being written', async (t) => {
  const folder = folderFor(t);
  mkdirSync(folder);
  writeFileSync(join(folder, 'epochs.json.new'), '{"web": 1');
  const { epochs } = await opened(folder);
  epochs.put(web, 17);
  await epochs.settled();
  assert.equal((await opened(folder)).epochs.get(web), 17);
});

test('epochs: never go back', async (t) => {
  const { epochs } = await opened(folderFor(t));
  epochs.put(web, 17);
  epochs.put(web, 16);
  assert.equal(epochs.get(web), 17);
  await epochs.settled();
});

test('epochs: claims that follow each other fast are written once a second', async (t) => {
  const folder = folderFor(t);
  const { epochs, clock } = await opened(folder);
  const stored = (): unknown => JSON.parse(readFileSync(join(folder, 'epochs.json'), 'utf8'));
  epochs.put(web, 1);
  await epochs.settled();
  for (let epoch = 2; epoch <= 1_000; epoch += 1) epochs.put(web, epoch);
  assert.equal(clock.waiting, 1);
  assert.deepEqual(stored(), { web: 1 });
  clock.goOn(1_000);
  assert.equal(clock.waiting, 0);
  await epochs.settled();
  assert.deepEqual(stored(), { web: 1_000 });
});

test('epochs: the end does not wait for the second to pass', async (t) => {
  const folder = folderFor(t);
  const { epochs, clock } = await opened(folder);
  epochs.put(web, 1);
  await epochs.settled();
  epochs.put(web, 2);
  await epochs.settled();
  assert.equal(clock.waiting, 0);
  assert.equal((await opened(folder)).epochs.get(web), 2);
});

const spoiled: readonly (readonly [what: string, text: string])[] = [
  ['cut short', '{"web": 1'],
  ['empty', ''],
  ['a list', '[1, 2]'],
  ['null', 'null'],
  ['far too large', `{"web": 1, "x": "${'y'.repeat(70_000)}"}`],
];
for (const [what, text] of spoiled) {
  test(`epochs: a file that is ${what} is left out with a warning, and replaced`, async (t) => {
    const folder = folderFor(t);
    mkdirSync(folder);
    writeFileSync(join(folder, 'epochs.json'), text);
    const { epochs, log } = await opened(folder);
    assert.equal(epochs.get(web), 0);
    assert.deepEqual(
      log.lines.map(({ level, text: said }) => [level, said]),
      [['warn', 'stored epochs are unreadable and are left out']],
    );
    epochs.put(web, 5);
    await epochs.settled();
    assert.equal((await opened(folder)).epochs.get(web), 5);
  });
}

test('epochs: what is no epoch is left out, the rest counts', async (t) => {
  const folder = folderFor(t);
  mkdirSync(folder);
  const stored = '{"web": 5, "mail": -1, "a": 1.5, "b": "7", "c": 1e300, "__proto__": 3}';
  writeFileSync(join(folder, 'epochs.json'), stored);
  const { epochs } = await opened(folder);
  assert.deepEqual(
    ['web', 'mail', 'a', 'b', 'c', 'toString'].map((name) => epochs.get(name as GroupName)),
    [5, 0, 0, 0, 0, 0],
  );
});

test('epochs: a directory that cannot be written is a warning, once, and no more than that', async (t) => {
  const folder = folderFor(t);
  writeFileSync(folder, 'a file where the directory should be');
  const { epochs, clock, log } = await opened(folder);
  log.lines.length = 0; // what reading said
  for (let epoch = 1; epoch <= 3; epoch += 1) {
    epochs.put(web, epoch);
    await epochs.settled();
    clock.goOn(1_000);
  }
  assert.equal(epochs.get(web), 3);
  assert.deepEqual(
    log.lines.map(({ level, text }) => [level, text]),
    [['warn', 'epochs cannot be stored; after a restart the clock is the floor of the next one']],
  );
  rmSync(folder);
  epochs.put(web, 4);
  await epochs.settled();
  assert.equal((await opened(folder)).epochs.get(web), 4, 'it is tried again');
});
