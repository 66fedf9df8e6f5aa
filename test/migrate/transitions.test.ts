// What is tracked, run and mailed: of one node and of several, with the weights and times that keepalived has.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { importKeepalived } from '../../src/migrate/keepalived/import.ts';
import { chosenByNode } from '../../src/migrate/keepalived/node-choice.ts';
import { flowText } from '../../src/migrate/yaml-value.ts';

const NO_FILES = { matching: () => [], read: () => undefined };
const run = (...texts: readonly string[]) =>
  importKeepalived(
    texts.map((text, nth) => ({ file: `n${nth + 1}.conf`, text })),
    { names: texts.map((_, nth) => `n${nth + 1}`), peers: [], cluster: 'main' },
    NO_FILES,
  );
const instance = (more: string, top = '', name = 'V', address = '10.0.0.9'): string =>
  `${top}\nvrrp_instance ${name} {\ninterface eth0\n${more}\nvirtual_ipaddress {\n${address}\n}\n}\n`;
const checks = (...texts: readonly string[]): readonly string[] =>
  (run(...texts).draft?.groups ?? []).flatMap((group) =>
    group.checks.map(({ name, settings }) => `${name} ${flowText(settings)}`),
  );
const script = (more: string): string => `vrrp_script c {\nscript "/x"\n${more}\n}`;
const tracked = (more: string, track = 'c'): string => instance(`track_script {\n${track}\n}`, script(more));

const scripts: readonly (readonly [string, string, string, string])[] = [
  ['nothing more', '', 'c', 'interval: 1s, fall: 1'],
  ['the interval as its timeout', 'interval 5', 'c', 'interval: 5s, timeout: 5s, fall: 1'],
  ['an interval and a timeout', 'interval 0.5\ntimeout 3', 'c', 'interval: 500ms, timeout: 3s, fall: 1'],
  ['our own defaults', 'interval 2\ntimeout 1\nfall 2\nrise 1', 'c', ''],
  [
    'what is too much',
    'interval 9999\ntimeout 9999\nrise 999',
    'c',
    'interval: 1h, timeout: 10m, rise: 100, fall: 1',
  ],
  ['a weight', 'weight -5', 'c', 'interval: 1s, fall: 1, weight: -5'],
  ['another weight where it is tracked', 'weight -5', 'c weight 7', 'interval: 1s, fall: 1, weight: 7'],
  ['no weight where it is tracked', 'weight -5', 'c weight 0', 'interval: 1s, fall: 1'],
  ['init_fail', 'init_fail', 'c', 'interval: 1s, fall: 1, initial: down'],
];
for (const [name, more, track, settings] of scripts)
  test(`keepalived: a script with ${name}`, () =>
    assert.deepEqual(checks(tracked(more, track)), [
      `c { command: [/x]${settings === '' ? '' : `, ${settings}`} }`,
    ]));

test('keepalived: "reverse" turns the answer round, and the weight with it', () => {
  const [reversed] = checks(tracked('weight 5 reverse'));
  assert.equal(
    reversed,
    `c { command: [/bin/sh, '-c', '! "$@"', not, /x], interval: 1s, fall: 1, weight: -5 }`,
  );
  assert.match(checks(tracked('weight -5', 'c weight -5 reverse'))[0]!, /weight: 5 }$/);
  assert.match(
    checks(tracked('weight 5 reverse', 'c weight 5 noreverse'))[0]!,
    /command: \[\/x\].*weight: 5 }$/,
  );
  assert.match(
    checks(tracked('', 'c weight 0 reverse'))[0]!,
    /! "\$@"', not, \/x\], interval: 1s, fall: 1 }$/,
  );
});

test('keepalived: users of scripts, and whom root is', () => {
  const user = (global: string, own: string) =>
    checks(`global_defs {\n${global}\n}\n${tracked(own)}`)[0]?.match(/user: (\S+),/)?.[1];
  assert.equal(user('', ''), undefined);
  assert.equal(user('script_user root', ''), undefined);
  assert.equal(user('script_user nobody nogroup', ''), 'nobody');
  assert.equal(user('script_user nobody', 'user www-data'), 'www-data');
  assert.equal(user('script_user nobody', 'user root'), undefined);
});

const files: readonly (readonly [string, RegExp])[] = [
  ['', /^f \{ file: \/f, adds: true, interval: 1s }$/],
  ['weight -3', /^f \{ file: \/f, adds: true, interval: 1s, weight: -3 }$/],
  ['weight 3 reverse', /weight: -3 }$/],
  ['weight 0', /-eq 0 \]', compare, \/f\], interval: 1s, fall: 1 }$/],
  ['weight 0 reverse', /-ne 0 \]'/],
  ['weight -254', /-le 0 \]'/],
  ['weight 254', /-ge 0 \]'/],
];
for (const [more, expected] of files)
  test(`keepalived: a file with "${more}"`, () =>
    assert.match(
      checks(instance('track_file {\nf\n}', `track_file f {\nfile /f\n${more}\n}`))[0]!,
      expected,
    ));

test('keepalived: processes, counted and with delays', () => {
  const process = (more: string): string =>
    checks(instance('track_process {\np\n}', `vrrp_track_process p {\nprocess worker\n${more}\n}`))[0] ?? '';
  assert.equal(process(''), 'p { process: worker, interval: 1s, fall: 1 }');
  assert.equal(process('delay 2'), 'p { process: worker, interval: 1s, rise: 3, fall: 3 }');
  assert.equal(process('terminate_delay 0.2'), 'p { process: worker, interval: 1s }');
  assert.match(process('quorum 2'), /pgrep -c -x -- ''worker''\); \[ "\$n" -ge 2 \]'/);
  assert.match(process('quorum_max 0'), /; \[ "\$n" -le 0 \]'/);
  assert.equal(process('full_command'), '');
});

test('keepalived: interfaces are vital without a weight, and the own one in any case', () => {
  const track = (line: string) => checks(instance(`track_interface {\n${line}\n}`));
  assert.deepEqual(track('eth1'), ['eth1 { interface: eth1, interval: 1s, fall: 1 }']);
  assert.deepEqual(track('eth1 weight -9'), ['eth1 { interface: eth1, interval: 1s, fall: 1, weight: -9 }']);
  assert.deepEqual(track('eth0 weight -9'), ['eth0 { interface: eth0, interval: 1s, fall: 1 }']);
  assert.deepEqual(track('eth1 weight 9 reverse'), []);
});

test('keepalived: nodes that differ have checks of their own', () => {
  assert.deepEqual(checks(tracked('weight 1'), tracked('weight 2'), tracked('weight 2')), [
    'c { command: [/x], interval: 1s, fall: 1, weight: 1, nodes: [n1] }',
    'c-2 { command: [/x], interval: 1s, fall: 1, weight: 2, nodes: [n2, n3] }',
  ]);
  assert.deepEqual(checks(tracked(''), instance('')), [
    'c { command: [/x], interval: 1s, fall: 1, nodes: [n1] }',
  ]);
  assert.deepEqual(checks(tracked(''), tracked('')), ['c { command: [/x], interval: 1s, fall: 1 }']);
});

test('keepalived: what an instance of a sync group tracks counts for all of it, once, and vital before weighed', () => {
  const two = (first: string, second: string): string =>
    `vrrp_sync_group G {\ngroup {\nA\nB\n}\n}\n${script('')}\n` +
    instance(`track_script {\n${first}\n}`, '', 'A') +
    instance(`track_script {\n${second}\n}`, '', 'B', '10.0.0.10');
  assert.deepEqual(checks(two('c weight 5', 'c')), ['c { command: [/x], interval: 1s, fall: 1 }']);
  const interfaces = (tracking: string): string =>
    `vrrp_sync_group G {\ngroup {\nA\n}\n${tracking}\n}\n${instance('track_interface {\neth1 weight -9\n}', '', 'A')}`;
  assert.deepEqual(checks(interfaces('')), ['eth1 { interface: eth1, interval: 1s, fall: 1 }']);
  assert.match(checks(interfaces('sync_group_tracking_weight'))[0]!, /weight: -9 }$/);
  const { entries } = run(two('c weight 5', 'c'));
  assert.match(entries.find(({ text }) => text === 'c weight 5')?.says ?? '', /in a member of a sync group/);
});

const hooks = (...texts: readonly string[]): readonly string[] =>
  (run(...texts).draft?.groups ?? []).flatMap((group) =>
    group.hooks.map(
      ({ moment, run: words, settings }) => `${moment} ${words.join(' ')} ${flowText(settings)}`,
    ),
  );

test('keepalived: hooks have the words of their scripts, and a user', () => {
  assert.deepEqual(hooks(instance('notify_master "/m.sh a b" www-data adm')), [
    'post_up /m.sh a b { user: www-data, group: adm }',
  ]);
  assert.deepEqual(hooks(instance('notify "/n.sh x"\nnotify_backup /b.sh')), [
    'on_standby /b.sh {  }',
    ...['post_up', 'post_down', 'on_fault', 'on_standby'].map(
      (moment) => `${moment} /n.sh x { style: keepalived }`,
    ),
  ]);
  assert.deepEqual(hooks(instance('notify_fault "/m.sh" "no user"')), []);
  assert.deepEqual(hooks(instance('notify_fault m.sh')), []);
});

test('keepalived: a hook that the nodes have different words for, or not all of them have, asks which node it is', () => {
  const [different, both] = [
    hooks(instance('notify_master "/m a"'), instance(`notify_master "/m 'it is'"`)),
    hooks(instance('notify_master "/m a"'), instance('notify_master "/m a"')),
  ];
  assert.deepEqual(both, ['post_up /m a {  }']);
  assert.deepEqual(different, [
    `post_up /bin/sh -c case $SEALBEAT_NODE in n1) exec /m a "$@" ;; n2) exec /m 'it is' "$@" ;; esac hook {  }`,
  ]);
  assert.deepEqual(hooks(instance('notify_fault "/m a"'), instance('')), [
    'on_fault /bin/sh -c case $SEALBEAT_NODE in n1) exec /m a "$@" ;; esac hook {  }',
  ]);
});

test('keepalived: such a hook really runs what its node has, with the words that follow', () => {
  const ways = new Map([
    ['n1', ['/bin/echo', "it's", '$HOME']],
    ['n2', ['/bin/false']],
  ]);
  const [program = '', ...rest] = [...chosenByNode(ways), 'INSTANCE', 'web'];
  const said = (node: string) => spawnSync(program, rest, { env: { SEALBEAT_NODE: node }, encoding: 'utf8' });
  assert.equal(said('n1').stdout, "it's $HOME INSTANCE web\n");
  assert.equal(said('n2').status, 1);
  assert.deepEqual([said('n3').status, said('n3').stdout], [0, '']);
});

test('keepalived: a hook that the nodes run as different users is taken from the first, which is said', () => {
  const { entries, draft } = run(instance('notify_master /m a'), instance('notify_master /m b'));
  assert.deepEqual(draft?.groups[0]?.hooks[0]?.settings, [['user', 'a']]);
  assert.match(
    entries.find(({ file, text }) => file === 'n2.conf' && text.startsWith('notify'))?.says ?? '',
    /different users/,
  );
  assert.match(draft?.groups[0]?.kept.join() ?? '', /notify_master \/m b/);
});

const mails =
  'notification_email {\na@example.net\n}\nnotification_email_from k@example.net\nsmtp_server 10.0.0.25 587';

test('keepalived: mails are sent where smtp_alert is on', () => {
  const alerts = (global: string, more: string) =>
    run(instance(more, `global_defs {\n${global}\n}`)).draft?.alerts;
  assert.equal(alerts(mails, ''), undefined);
  assert.equal(alerts(mails, 'smtp_alert off'), undefined);
  assert.equal(alerts('smtp_alert', 'smtp_alert'), undefined);
  assert.equal(alerts(`${mails}\nsmtp_alert\nsmtp_alert_vrrp off`, ''), undefined);
  assert.ok(alerts(`${mails}\nsmtp_alert_vrrp on`, ''));
  const found = alerts(mails, 'smtp_alert');
  assert.deepEqual(found?.on, ['moves', 'faults']);
  assert.equal(
    flowText(found?.mail ?? []),
    "{ server: 'smtp://10.0.0.25:587', tls: if_offered, from: 'k@example.net', to: ['a@example.net'] }",
  );
  assert.deepEqual(alerts(`${mails}\nno_email_faults`, 'smtp_alert')?.on, ['moves']);
});

test('keepalived: what nothing tracks is not asked here either', () => {
  const { draft, entries } = run(instance('', script('')));
  assert.deepEqual(draft?.groups[0]?.checks, []);
  assert.match(entries[0]?.says ?? '', /nothing tracks it/);
  const lost = run(instance('track_script {\nd\n}', script('')));
  assert.match(lost.entries.find(({ text }) => text === 'd')?.says ?? '', /there is no script of this name/);
});
