// What is gathered of a host: rights, network managers, routes, and who answers for a VIP.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerFacts } from '../../../src/cli/facts/answers.ts';
import { cloudFacts, rightsFacts, serviceFacts, toolFacts } from '../../../src/cli/facts/host.ts';
import { managerFacts } from '../../../src/cli/facts/managers.ts';
import { wayFacts } from '../../../src/cli/facts/ways.ts';
import { eth0, soundFacts } from '../../doctor/sound-facts.ts';
import { toldWorld } from '../../fakes/told-world.ts';

const facts = soundFacts();

test("doctor: the rights are those of the agent's process, else of this one", () => {
  const status = (uid: number, effective: string, ambient: string): string =>
    `Name:\tsealbeat\nUid:\t0\t${uid}\t0\t0\nCapInh:\t0000000000000000\nCapEff:\t${effective}\nCapBnd:\t000001ffffffffff\nCapAmb:\t${ambient}\n`;
  const world = toldWorld({
    files: {
      '/proc/4711/status': status(998, '0000000000003000', '0000000000001000'),
      '/proc/self/status': status(0, '000001ffffffffff', '0000000000000000'),
    },
  });
  assert.deepEqual(rightsFacts(world, 4_711), {
    of: 'agent',
    uid: 998,
    effective: 0x3000n,
    ambient: 0x1000n,
  });
  assert.deepEqual(rightsFacts(world, 99), { of: 'self', uid: 0, effective: 0x1ff_ffff_ffffn, ambient: 0n });
  assert.equal(rightsFacts(toldWorld({}), 1), undefined);
});

const NETWORKD = {
  '/run/systemd/system/x': '',
  '/sys/class/net/eth0/ifindex': '2\n',
  '/run/systemd/netif/links/2':
    '# This is private data. Do not parse.\nADMIN_STATE=configured\nOPER_STATE=routable\nNETWORK_FILE=/run/systemd/network/10-netplan-eth0.network\n',
  '/run/systemd/network/10-netplan-eth0.network': '[Match]\nName=eth0\n\n[Network]\nDHCP=ipv4\n',
};

test('doctor: systemd-networkd, with the last word of its drop-ins', async () => {
  const plain = await managerFacts(toldWorld({ files: NETWORKD }), ['eth0']);
  assert.deepEqual(plain?.networkd.get('eth0')?.keep, undefined);
  assert.equal(plain?.networkd.get('eth0')?.state, 'configured');
  const folder = '/etc/systemd/network/10-netplan-eth0.network.d';
  const files = { ...NETWORKD, [`${folder}/sealbeat.conf`]: '[Network]\nKeepConfiguration=yes\n' };
  const dropped = await managerFacts(toldWorld({ files }), ['eth0']);
  assert.equal(dropped?.networkd.get('eth0')?.keep, 'yes');
});

test('doctor: NetworkManager is asked, and its folder alone means nothing', async () => {
  const files = {
    '/run/NetworkManager/devices/2': '[device]\nmanaged=full\n',
    '/sys/class/net/eth0/ifindex': '2\n',
  };
  const nmcli = (said: object) => toldWorld({ files, programs: { nmcli: said } });
  const asked = await managerFacts(
    nmcli({ stdout: 'eth0:connected\nlo:connected (externally)\nwl\\:0:unavailable\n' }),
    ['eth0'],
  );
  assert.deepEqual(asked?.networkManager?.get('eth0'), 'connected');
  assert.deepEqual(asked?.networkManager?.get('wl:0'), 'unavailable');
  const stopped = await managerFacts(
    nmcli({ exitCode: 8, stderr: 'Error: NetworkManager is not running.' }),
    ['eth0'],
  );
  assert.equal(stopped?.networkManager, undefined);
  const without = await managerFacts(toldWorld({ files }), ['eth0']);
  assert.equal(without?.networkManager?.get('eth0'), 'managed');
});

test('doctor: in a network namespace of its own nobody of the host manages anything', async () => {
  const links = { '/proc/1/ns/net': 'net:[1]', '/proc/self/ns/net': 'net:[2]' };
  assert.equal(await managerFacts(toldWorld({ files: NETWORKD, links }), ['eth0']), undefined);
  const same = { '/proc/1/ns/net': 'net:[1]', '/proc/self/ns/net': 'net:[1]' };
  assert.ok(
    (await managerFacts(toldWorld({ files: NETWORKD, links: same }), ['eth0']))?.networkd.has('eth0'),
  );
});

test('doctor: the tools, a cloud by its firmware, and the service', async () => {
  const busybox = toldWorld({
    programs: {
      'ip -V': { stdout: 'BusyBox v1.35.0', exitCode: 1 },
      'busybox arping': { stderr: 'BusyBox v1.35.0 multi-call binary.\nUsage: arping' },
    },
  });
  assert.deepEqual(await toolFacts(busybox), {
    ip: 'other',
    arping: 'busybox arping (busybox)',
    ndptool: false,
  });
  assert.deepEqual(await toolFacts(toldWorld({})), { ip: 'missing', arping: undefined, ndptool: false });
  const dmi = (vendor: string) => toldWorld({ files: { '/sys/class/dmi/id/sys_vendor': vendor } });
  assert.equal(cloudFacts(dmi('Amazon EC2\n')), 'Amazon EC2');
  assert.equal(cloudFacts(dmi('OpenStack Foundation\n')), 'OpenStack');
  assert.equal(cloudFacts(dmi('LENOVO\n')), undefined);
  const systemd = { '/run/systemd/system/x': '' };
  const is = (said: object) => toldWorld({ files: systemd, programs: { 'systemctl is-enabled': said } });
  assert.equal(await serviceFacts(is({ stdout: 'disabled\n', exitCode: 1 })), 'disabled');
  assert.equal(await serviceFacts(is({ stderr: 'Failed to get unit file state', exitCode: 1 })), '');
  assert.equal(await serviceFacts(toldWorld({})), undefined);
});

const PING_YES = { stdout: '1 packets transmitted, 1 received, 0% packet loss, time 0ms\n' };
const PING_NO = { stdout: '1 packets transmitted, 0 received, 100% packet loss, time 0ms\n', exitCode: 1 };

test('doctor: the way to a peer: its route, the MTU that the kernel has learned, and echoes', async () => {
  const route = [{ dst: '10.10.10.2', dev: 'eth0', metrics: [{ mtu: 1_400 }] }];
  const world = toldWorld({
    programs: {
      'ip -json route get': { stdout: JSON.stringify(route) },
      'ping -n -c 1 -W 1 -M do -s 564': PING_NO,
      ping: PING_YES,
    },
  });
  const [way] = await wayFacts(world, facts.config.settings, facts.self);
  assert.deepEqual(way?.route, { link: 'eth0', mtu: 1_400 });
  assert.deepEqual([way?.ping, way?.largePing], ['answered', 'silent']);
  const none = toldWorld({
    programs: { 'ip -json route get': { exitCode: 2, stderr: 'RTNETLINK answers: Network is unreachable' } },
  });
  const [cut] = await wayFacts(none, facts.config.settings, facts.self);
  assert.deepEqual([cut?.route, cut?.ping], ['none', undefined]);
  const hanging = toldWorld({ programs: { ip: { timedOut: true }, ping: { timedOut: true } } });
  const [unknown] = await wayFacts(hanging, facts.config.settings, facts.self);
  assert.deepEqual([unknown?.route, unknown?.ping, unknown?.largePing], [undefined, undefined, undefined]);
});

const IPUTILS = 'arping from iputils 20221126';
const reply = (address: string, ...macs: readonly string[]): object => ({
  exitCode: 1,
  stdout: `ARPING ${address} from 10.10.10.1 eth0\n${macs.map((mac) => `Unicast reply from ${address} [${mac}]  0.541ms\n`).join('')}Sent 2 probes (2 broadcast(s))\nReceived ${macs.length} response(s)\n`,
});

test('doctor: who answers is asked from an own address, never from the VIP, whoever has it', async () => {
  const world = toldWorld({
    programs: {
      'arping -V': { stdout: IPUTILS },
      'arping -b -I eth0 -s 10.10.10.1 -c 2 -w 1 10.10.10.42': reply(
        '10.10.10.42',
        'DA:D0:74:95:2F:25',
        'DA:D0:74:95:2F:26',
        'DA:D0:74:95:2F:25',
      ),
      'arping -b -I eth0 -s 10.10.10.1 -c 2 -w 1 10.10.10.2': reply('10.10.10.2', 'DA:D0:74:95:2F:25'),
    },
  });
  const vip = { address: '10.10.10.42', prefixLength: 32, leased: true };
  // The VIP first: it must not be taken for the host's own address.
  const links = new Map([['eth0', eth0({ addresses: [vip, ...eth0().addresses] })]]);
  const [answer] = await answerFacts(world, { ...facts, links });
  assert.deepEqual(answer?.macs, ['da:d0:74:95:2f:25', 'da:d0:74:95:2f:26']);
  assert.deepEqual([answer?.by, answer?.here], ['arping', true]);
  assert.deepEqual(answer?.peers, [{ name: 'lb2', address: '10.10.10.2', macs: ['da:d0:74:95:2f:25'] }]);
  assert.ok(
    world.ran.every((line) => !/ -[UAs] ?10\.10\.10\.42\b| -[UA] /.test(line)),
    world.ran.join('\n'),
  );
});

test('doctor: without an own IPv4 address it is asked as for a duplicate, which no cache keeps', async () => {
  const world = toldWorld({ programs: { 'arping -V': { stdout: IPUTILS }, arping: reply('10.10.10.42') } });
  const links = new Map([['eth0', eth0({ addresses: [] })]]);
  await answerFacts(world, { ...facts, links });
  assert.ok(world.ran.includes('arping -b -I eth0 -D -c 2 -w 1 10.10.10.42'), world.ran.join('\n'));
});

test('doctor: without arping, or without the right to use it, the kernel asks with a ping', async () => {
  const neighbour = [{ dst: '10.10.10.42', lladdr: '02:00:00:00:00:02', state: ['REACHABLE'] }];
  const kernel = {
    ping: PING_YES,
    'ip -json neigh': { stdout: JSON.stringify(neighbour) },
    'ip -6 -json neigh': { stdout: '[]' },
  };
  const refused = {
    'arping -V': { stdout: IPUTILS },
    arping: { exitCode: 2, stderr: 'arping: socket: Operation not permitted' },
  };
  for (const programs of [kernel, { ...kernel, ...refused }]) {
    const [answer] = await answerFacts(toldWorld({ programs }), facts);
    assert.deepEqual([answer?.by, answer?.macs], ['ping', ['02:00:00:00:00:02']]);
  }
  const [nothing] = await answerFacts(toldWorld({}), facts);
  assert.equal(nothing?.by, 'nothing');
});

test('doctor: what a ping left in the table from before is no answer', async () => {
  const stale = [{ dst: '10.10.10.42', lladdr: '02:00:00:00:00:02', state: ['STALE'] }];
  const programs = { ping: PING_NO, 'ip -json neigh': { stdout: JSON.stringify(stale) } };
  const [answer] = await answerFacts(toldWorld({ programs }), facts);
  assert.deepEqual([answer?.by, answer?.macs], ['ping', []]);
});
