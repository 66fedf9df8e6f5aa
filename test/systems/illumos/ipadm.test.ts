import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passTime } from '../pass-time.ts';
import { CREATE, CREATE6, VIP, makeStage } from './stage.ts';
import { OTHER_OUTCOMES } from './variants.ts';

const failure = (sentence: string) => ({ rc: 1, stdout: '\n', stderr: `ipadm: ${sentence}` });

const refused: readonly { readonly command: string; readonly sentence: string }[] = [
  { command: CREATE.replace('static', 'dhcp'), sentence: 'Invalid address type dhcp' },
  { command: 'ipadm create-addr -t e1000g0/sealvip0', sentence: 'Invalid arguments' },
  { command: 'ipadm create-addr -t -T static e1000g0/x', sentence: 'Invalid arguments for type static' },
  {
    command: CREATE.replace('/32', '/33'),
    sentence: 'Error in setting local address: Invalid argument provided',
  },
  {
    command: CREATE.replace('sealvip0', `a${'b'.repeat(31)}`),
    sentence: 'Error in creating address object: Invalid argument provided',
  },
  { command: 'ipadm create-addr -t -T', sentence: "option '-T' requires a value" },
  { command: 'ipadm create-addr -x', sentence: "unrecognized option '-x'" },
  { command: 'ipadm show-addr e1000g0', sentence: 'Invalid address object name provided' },
  { command: 'ipadm show-addr e1000g9/', sentence: 'Could not get address: Interface does not exist' },
  { command: 'ipadm show-addr -p -o addr,color', sentence: "unknown output field: `color'" },
  { command: 'ipadm show-addr -p -o all', sentence: "output field `all' invalid in parsable mode" },
  { command: 'ipadm show-if e1000g9', sentence: 'Could not get interface(s): Interface does not exist' },
  { command: 'ipadm set-prop -p _nothing=1 ip', sentence: 'set-prop: _nothing: Unknown property' },
  {
    command: 'ipadm set-prop -p _dup_recovery=3600001 ip',
    sentence: 'set-prop: _dup_recovery: Value is outside the allowed range',
  },
];
for (const { command, sentence } of refused) {
  test(`ipadm: ${command.slice(6)} is refused`, async () => {
    assert.deepEqual(await (await makeStage()).run(command), failure(sentence));
  });
}

test('ipadm: an unknown subcommand says so on stderr alone', async () => {
  const { rc, stdout, stderr } = await (await makeStage()).run('ipadm frob');
  assert.deepEqual([rc, stdout, stderr.split('\n')[0]], [1, '', "ipadm: unknown subcommand 'frob'"]);
});

test('ipadm: without -t an address is persistent, and it alone comes back at boot, asking first', async () => {
  const { host, lan, clock, must, run } = await makeStage();
  await must(CREATE.replace('-t ', ''));
  await must('ipadm create-addr -t -T static -a 10.77.0.101/32 e1000g0/other');
  const fields = '-p -o addrobj,persistent';
  assert.equal(await must(`ipadm show-addr ${fields} e1000g0/sealvip0`), 'e1000g0/sealvip0:U--\n');
  assert.equal(await must(`ipadm show-addr ${fields} e1000g0/other`), 'e1000g0/other:---\n');
  await host.reboot();
  assert.equal(await must('ipadm show-addr -p -o state e1000g0/sealvip0'), 'tentative\n');
  assert.deepEqual(lan.holders(VIP), []);
  assert.equal((await run('ipadm show-addr -p -o state e1000g0/other')).rc, 1);
  await passTime(clock, 1_000);
  assert.deepEqual([lan.holders(VIP), lan.holders('10.77.0.101')], [['h1'], []]);
  const all = await must('ipadm show-addr -p -o addrobj');
  assert.equal(all, 'lo0/v4\ne1000g0/v4\ne1000g0/sealvip0\nlo0/v6\ne1000g0/ll\n');
});

test('ipadm: delete-addr takes the address from both configurations and off the wire before it returns', async () => {
  const { host, lan, must, run } = await makeStage();
  await must(CREATE.replace('-t ', ''));
  await must('ipadm delete-addr e1000g0/sealvip0');
  assert.deepEqual(lan.holders(VIP), []);
  assert.equal((await run('ifconfig e1000g0:1')).rc, 1);
  await host.reboot();
  assert.equal((await run('ipadm show-addr e1000g0/sealvip0')).rc, 1);
});

test('ipadm: on an interface without an address the VIP is the interface itself', async () => {
  const links = ['e1000g0', 'e1000g1'].map((name, at) => ({ name, mac: `8:0:27:1:2:${at + 3}` }));
  const { must, run, lan } = await makeStage({ links });
  await must(CREATE.replace('e1000g0', 'e1000g1'));
  assert.match(await must('ifconfig e1000g1'), /inet 10\.77\.0\.100 netmask ffffffff/);
  assert.equal(
    (await run(`ifconfig e1000g1 removeif ${VIP}`)).stderr,
    'ifconfig: removeif: cannot remove interface: e1000g1\n',
  );
  await must('ipadm delete-addr e1000g1/sealvip0');
  assert.match(await must('ifconfig e1000g1'), /inet 0\.0\.0\.0 netmask 0 /);
  assert.deepEqual(lan.holders(VIP), []);
  assert.equal(await must('ipadm show-addr -p -o addrobj e1000g0/'), 'e1000g0/v4\ne1000g0/ll\n');
});

test('ipadm: IPv6 needs a link-local address first', async () => {
  const { must, run } = await makeStage({ hasIpv6: false });
  assert.deepEqual(await run(CREATE6), failure("Could not create address: Can't assign requested address"));
  await must('ipadm create-addr -t -T addrconf e1000g0/ll');
  await must(CREATE6);
  assert.equal(
    await must('ipadm show-addr -p -o type,addr e1000g0/ll'),
    'addrconf:fe80\\:\\:a00\\:27ff\\:fe01\\:203/10\n',
  );
});

test('ipadm: a refused creation leaves nothing behind', async () => {
  const { must, run } = await makeStage();
  await must(CREATE);
  const before = await must('ifconfig -a');
  assert.equal((await run(CREATE.replace('sealvip0', 'other'))).rc, 1);
  assert.equal(await must('ifconfig -a'), before);
  assert.equal((await run('ipadm show-addr e1000g0/other')).rc, 1);
});

test('ipadm: authorization, privilege and ipmgmtd are three different things to lack', async () => {
  const { host, run, must } = await makeStage();
  const { conditions } = host;
  conditions.isPrivileged = false;
  assert.deepEqual(await run(CREATE), failure('Could not create address: Permission denied'));
  Object.assign(conditions, { isPrivileged: true, hasIpmgmtd: false });
  assert.deepEqual(
    await run(CREATE),
    failure('Could not create address: Could not communicate with ipmgmtd'),
  );
  assert.deepEqual(
    await run('ipadm show-addr'),
    failure('Could not get address: Could not communicate with ipmgmtd'),
  );
  conditions.hasIpmgmtd = true;
  await must(CREATE);
  conditions.isAuthorized = false;
  const deletion = 'ipadm delete-addr e1000g0/sealvip0';
  assert.deepEqual(
    await run(deletion),
    failure('could not delete address: Insufficient user authorizations'),
  );
  assert.equal(await must('ipadm show-addr -p -o state e1000g0/sealvip0'), 'ok\n', 'looking needs nothing');
});

test('ipadm: show-prop and set-prop, for now and for good', async () => {
  const { host, must } = await makeStage();
  const current = 'ipadm show-prop -c -o current,persistent -p _dup_recovery ip';
  assert.equal(await must(current), '300000:\n');
  await must('ipadm set-prop -t -p _dup_recovery=0 ip');
  assert.equal(await must(current), '0:\n');
  await host.reboot();
  assert.equal(await must(current), '300000:\n');
  await must('ipadm set-prop -p _dup_recovery=0 ip');
  await host.reboot();
  assert.equal(await must(current), '0:0\n');
  assert.equal(
    await must('ipadm show-prop -p _dup_recovery ip'),
    'PROTO PROPERTY              PERM CURRENT      PERSISTENT   DEFAULT      POSSIBLE\n' +
      'ip    _dup_recovery         rw   0            0            300000       0-3600000\n',
  );
});

test('ipadm: show-if tells the state of each interface', async () => {
  const { lan, must } = await makeStage();
  assert.equal(await must('ipadm show-if -p -o ifname,state'), 'lo0:ok\ne1000g0:ok\n');
  lan.pull('h1', 'e1000g0');
  assert.equal(await must('ipadm show-if -p -o ifname,state'), 'lo0:ok\ne1000g0:down\n');
});

test('ipadm: the header comes again every 24 rows', async () => {
  const { must } = await makeStage();
  for (let each = 1; each <= 25; each += 1)
    await must(`ipadm create-addr -t -T static -d -a 10.77.1.${each}/32 e1000g0/a${each}`);
  const lines = (await must('ipadm show-addr')).split('\n');
  assert.deepEqual(
    lines.flatMap((line, at) => (line.startsWith('ADDROBJ') ? [at] : [])),
    [0, 25],
  );
});

test('ipadm: the other outcomes, where the likely one is not certain', async () => {
  const { host, lan, run, must } = await makeStage({ variants: OTHER_OUTCOMES });
  lan.addForeign('lan', VIP);
  await must(CREATE);
  assert.equal(
    (await run('ipadm delete-addr e1000g0/sealvip0')).stderr,
    'ipadm: could not delete address: Interface does not exist',
  );
  assert.equal(
    (await run('ipadm show-addr e1000g0/sealvip0')).stderr,
    'ipadm: Could not get address: Object not found',
  );
  assert.equal(
    (await run(CREATE.replace('.100', '.300'))).stderr,
    'ipadm: Error in setting local address: Invalid address',
  );
  host.conditions.isAuthorized = false;
  assert.equal((await run(CREATE)).stderr, 'ipadm: Could not create address: Permission denied');
});
