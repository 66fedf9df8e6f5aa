import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passTime } from '../pass-time.ts';
import { ADDIF, CREATE, VIP, makeStage } from './stage.ts';
import { OTHER_OUTCOMES } from './variants.ts';

const refused: readonly { readonly command: string; readonly complaint: string }[] = [
  {
    command: `ifconfig e1000g0:1 removeif ${VIP}`,
    complaint: 'removeif: bad physical interface name e1000g0:1',
  },
  { command: `ifconfig e1000g0 addif ${VIP}/33 up`, complaint: `Bad prefix length in ${VIP}/33` },
  { command: 'ifconfig e1000g0 addif', complaint: 'no argument for addif' },
  { command: 'ifconfig e1000g0 frob', complaint: 'frob: bad address' },
  { command: 'ifconfig e1000g0 addif fd77::1/128 up', complaint: 'Bad prefix length in fd77::1/128' },
  { command: 'ifconfig e1000g0:7 up', complaint: 'setifflags: SIOCGLIFFLAGS: e1000g0:7: no such interface' },
  { command: 'ifconfig e1000g0:0 unplumb', complaint: 'unplumb: e1000g0:0: Device busy' },
  { command: 'ifconfig -x', complaint: '-x: no such interface' },
];
for (const { command, complaint } of refused) {
  test(`ifconfig: ${command.slice(9)} is refused`, async () => {
    const outcome = await (await makeStage()).run(command);
    assert.deepEqual(outcome, { rc: 1, stdout: '', stderr: `ifconfig: ${complaint}\n` });
  });
}

test('ifconfig: adding an address twice leaves a logical interface that is down, and removeif takes the first', async () => {
  const { run, must, lan, clock } = await makeStage();
  await must(ADDIF);
  await passTime(clock, 1_000);
  assert.equal((await run(ADDIF)).rc, 1);
  assert.match(await must('ifconfig e1000g0:2'), /flags=1000842<BROADCAST,.*inet 10\.77\.0\.100 /s);
  await must(`ifconfig e1000g0 removeif ${VIP}`);
  assert.deepEqual(lan.holders(VIP), []);
  assert.equal((await run('ifconfig e1000g0:1')).rc, 1);
  await must('ifconfig e1000g0:2 unplumb');
  assert.equal((await run('ifconfig e1000g0:2')).rc, 1);
});

test('ifconfig: in the other variant both are up, and the address works until both are gone', async () => {
  const { run, must, lan, clock } = await makeStage({ variants: OTHER_OUTCOMES });
  await must(ADDIF);
  assert.deepEqual(await run(ADDIF), {
    rc: 0,
    stdout: 'Created new logical interface e1000g0:2\n',
    stderr: '',
  });
  await passTime(clock, 1_000);
  await must(`ifconfig e1000g0 removeif ${VIP}`);
  assert.deepEqual(lan.holders(VIP), ['h1']);
  await must(`ifconfig e1000g0 removeif ${VIP}`);
  assert.deepEqual(lan.holders(VIP), []);
  assert.equal(
    (await run(`ifconfig e1000g0 removeif ${VIP}`)).stderr,
    'ifconfig: removeif: SIOCLIFREMOVEIF: e1000g0: Cannot assign requested address\n',
  );
});

test('ifconfig: numbers are the lowest that are free, for each family', async () => {
  const { must } = await makeStage();
  for (const address of ['10.77.0.101', '10.77.0.102', '10.77.0.103'])
    await must(`ifconfig e1000g0 addif ${address}/32 up`);
  await must('ifconfig e1000g0 removeif 10.77.0.102');
  assert.equal(await must(ADDIF), 'Created new logical interface e1000g0:2\n');
  assert.equal(
    await must('ifconfig e1000g0 inet6 addif fd77::100/128 up'),
    'Created new logical interface e1000g0:1\n',
  );
});

test('ifconfig: without the authorization the new logical interface is taken away again', async () => {
  const { host, run, must } = await makeStage();
  host.conditions.isAuthorized = false;
  assert.deepEqual(await run(ADDIF), {
    rc: 1,
    stdout: 'Created new logical interface e1000g0:1\n',
    stderr: 'ifconfig: could not create address: Insufficient user authorizations\n',
  });
  assert.doesNotMatch(await must('ifconfig -a'), /e1000g0:1/);
});

test('ifconfig: removing what ipadm has made for good leaves it disabled, to return at boot', async () => {
  const { host, must, lan, clock } = await makeStage();
  await must(CREATE.replace('-t ', ''));
  await must(`ifconfig e1000g0 removeif ${VIP}`);
  assert.equal(await must('ipadm show-addr -p -o state e1000g0/sealvip0'), 'disabled\n');
  await host.reboot();
  await passTime(clock, 1_000);
  assert.deepEqual(lan.holders(VIP), ['h1']);
});

test('ifconfig: what it makes, ipadm shows under a name of its own making', async () => {
  const { must } = await makeStage();
  await must(ADDIF);
  assert.equal(await must('ipadm show-addr -p -o addrobj,addr e1000g0/_a'), `e1000g0/_a:${VIP}/32\n`);
  await must(`ifconfig e1000g0 removeif ${VIP}`);
  assert.doesNotMatch(await must('ipadm show-addr'), /_a/);
});

test('ifconfig: -a can be narrowed', async () => {
  const { must } = await makeStage();
  await must(`ifconfig e1000g0 addif ${VIP}/32`);
  const names = async (command: string): Promise<string> =>
    [...(await must(command)).matchAll(/^(\S+): .*IPv(4|6)/gm)]
      .map(([, name, family]) => `${name}/${family}`)
      .join(' ');
  assert.equal(await names('ifconfig -a4'), 'lo0/4 e1000g0/4 e1000g0:1/4');
  assert.equal(await names('ifconfig -a6'), 'lo0/6 e1000g0/6');
  assert.equal(await names('ifconfig -au'), 'lo0/4 e1000g0/4 lo0/6 e1000g0/6');
  assert.equal(await names('ifconfig -ad'), 'e1000g0:1/4');
  assert.equal(await names('ifconfig -a inet6'), 'lo0/6 e1000g0/6');
});

test('ifconfig: an unplumbed interface is gone with its addresses', async () => {
  const { run, must, lan, clock } = await makeStage();
  await must(ADDIF);
  await passTime(clock, 1_000);
  await must('ifconfig e1000g0 unplumb');
  assert.deepEqual([lan.holders(VIP), lan.holders('10.77.0.1')], [[], []]);
  assert.equal((await run('ifconfig e1000g0')).rc, 1);
  await must('ifconfig e1000g0 plumb');
  assert.match(await must('ifconfig e1000g0'), /inet 0\.0\.0\.0 netmask 0 /);
});
