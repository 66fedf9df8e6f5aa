// Goal: the model says, byte for byte, what is known of the real commands. Each case is run in a state that leads to it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { passTime } from '../pass-time.ts';
import type { IllumosSetup } from './setup.ts';
import { ADDIF, CREATE, CREATE6, makeStage } from './stage.ts';
import type { Stage } from './stage.ts';

interface Entry {
  readonly case: string;
  readonly argv: readonly string[];
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const entries = JSON.parse(fixture('commands.json')) as readonly Entry[];

/** What has to be so before the command; nothing for those that need nothing. */
const before: Readonly<Record<string, readonly string[]>> = {
  'addif-already-up-on-this-host': [ADDIF],
  removeif: [ADDIF],
  'removeif-inet6': ['ifconfig e1000g0 inet6 addif fd77::100/128 up'],
  'create-addr-object-exists': [CREATE],
  'create-addr-same-address-other-object': [CREATE],
  'delete-addr': [CREATE],
  'show-addr-p': [CREATE, CREATE6],
  'show-addr-one-field': [CREATE6],
};

const conditions: Readonly<Record<string, (stage: Stage) => void>> = {
  'addif-no-privilege': ({ host }) => void (host.conditions.isPrivileged = false),
  'create-addr-no-authorization': ({ host }) => void (host.conditions.isAuthorized = false),
  'create-addr-duplicate-on-network': ({ lan }) => void lan.addForeign('lan', '10.77.0.100'),
};

for (const entry of entries) {
  test(`illumos replay: ${entry.case}`, async () => {
    const stage = await makeStage();
    for (const command of before[entry.case] ?? []) await stage.must(command);
    conditions[entry.case]?.(stage);
    const outcome = await stage.run(entry.argv.join(' '));
    assert.deepEqual(outcome, { rc: entry.rc, stdout: entry.stdout, stderr: entry.stderr });
  });
}

const IFCONFIG = 'ifconfig -a';
const SHOW = 'ipadm show-addr';
const SHOW_P = 'ipadm show-addr -p -o addrobj,type,state,current,persistent,addr';
const ADDIF6 = 'ifconfig e1000g0 inet6 addif fd77::100/128 up';

interface Listing {
  readonly file: string;
  readonly options?: Partial<IllumosSetup>;
  readonly steps: readonly string[];
  readonly meanwhile?: (stage: Stage) => void;
  readonly show: string;
}

const listings: readonly Listing[] = [
  { file: 'ifconfig-a.txt', steps: [], show: IFCONFIG },
  { file: 'ifconfig-a-vip.txt', steps: [ADDIF, ADDIF6], show: IFCONFIG },
  { file: 'ifconfig-a-vip.txt', steps: [CREATE, CREATE6], show: IFCONFIG },
  { file: 'ifconfig-a-vip-down.txt', steps: ['ifconfig e1000g0 addif 10.77.0.100/32'], show: IFCONFIG },
  { file: 'ifconfig-a-vip-down.txt', steps: [ADDIF, 'ifconfig e1000g0:1 down'], show: IFCONFIG },
  {
    file: 'ifconfig-a-vip-duplicate.txt',
    steps: [ADDIF],
    meanwhile: ({ lan }) => void lan.addForeign('lan', '10.77.0.100'),
    show: IFCONFIG,
  },
  {
    file: 'ifconfig-a-link-down.txt',
    options: { hasIpv6: false },
    steps: [ADDIF],
    meanwhile: ({ lan }) => lan.pull('h1', 'e1000g0'),
    show: IFCONFIG,
  },
  { file: 'ipadm-show-addr.txt', steps: [CREATE, CREATE6], show: SHOW },
  { file: 'ipadm-show-addr-all.txt', steps: [CREATE, CREATE6], show: `${SHOW} -o all` },
  { file: 'ipadm-show-addr-p.txt', steps: [CREATE, CREATE6], show: SHOW_P },
];

for (const { file, options, steps, meanwhile, show } of listings) {
  test(`illumos replay: ${file} after ${steps.map((step) => step.split(' ')[0]).join(', ') || 'boot'}`, async () => {
    const stage = await makeStage(options);
    for (const step of steps) await stage.must(step);
    meanwhile?.(stage);
    await passTime(stage.clock, 1_000);
    assert.equal(await stage.must(show), fixture(file));
  });
}

test('illumos replay: dladm-show-link-p.txt', async () => {
  const stage = await makeStage({
    links: [
      { name: 'e1000g0', mac: '8:0:27:1:2:3' },
      { name: 'e1000g1', mac: '8:0:27:1:2:4' },
      { name: 'aggr0', mac: '8:0:27:1:2:5', driver: 'slow' },
    ],
  });
  stage.lan.pull('h1', 'e1000g1');
  assert.equal(await stage.must('dladm show-link -p -o link,state'), fixture('dladm-show-link-p.txt'));
});

test('illumos replay: every state of ipadm-show-addr-p-states.txt', async () => {
  const [ok, tentative, duplicate, down, inaccessible, disabled, own, unnamed] = fixture(
    'ipadm-show-addr-p-states.txt',
  ).split('\n');
  const vipLine = async ({ must }: Stage): Promise<string | undefined> =>
    (await must(SHOW_P)).split('\n').find((line) => /:10\.77\.0\.10\d\//.test(line));

  const one = await makeStage({ random: () => 0.5 });
  const creating = one.host.run(CREATE.split(' '));
  assert.equal(await vipLine(one), tentative);
  await passTime(one.clock, 1_000);
  assert.deepEqual((await creating).rc, 0);
  assert.equal(await vipLine(one), ok);
  assert.ok((await one.must(SHOW_P)).includes(`${own}\n`));
  one.lan.pull('h1', 'e1000g0');
  assert.equal(await vipLine(one), inaccessible);

  const two = await makeStage();
  two.lan.addForeign('lan', '10.77.0.100');
  await two.must(CREATE);
  assert.equal(await vipLine(two), duplicate);

  const three = await makeStage();
  await three.must(CREATE.replace('static', 'static -d'));
  assert.equal(await vipLine(three), down);

  const four = await makeStage();
  await four.must(CREATE.replace('-t ', ''));
  await four.must('ifconfig e1000g0 removeif 10.77.0.100');
  assert.equal(await vipLine(four), disabled);

  const five = await makeStage({ variants: { addifObject: 'unknown' } });
  await five.must('ifconfig e1000g0 addif 10.77.0.101/32 up');
  await passTime(five.clock, 1_000);
  assert.equal(await vipLine(five), unnamed);
});
