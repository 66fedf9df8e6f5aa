// Goal: `hook list` names every hook, and `hook test` runs one as the daemon would and says how it went.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { formatKeyFile } from '../../src/keys/keyfile.ts';
import { systemExec } from '../../src/system/exec.ts';
import { identities, pair } from '../config/example-file.ts';
import { fakeHost } from '../fakes/cli-host.ts';
import { standIn, tempFolder } from '../vip/lab.ts';

function scene(hooks: string) {
  const folder = tempFolder();
  const [config, identity] = [join(folder, 'sealbeat.yaml'), join(folder, 'identity')];
  const hook = standIn(folder, 'hook', 'echo "$SEALBEAT_HOOK $SEALBEAT_ROLE $*"; exit ${1:-0}');
  writeFileSync(config, `${pair}    hooks: ${hooks.replaceAll('HOOK', hook)}\n`);
  writeFileSync(identity, formatKeyFile([identities.lb1]), { mode: 0o600 });
  const host = { ...fakeHost(), exec: systemExec };
  const files = ['--identity', identity, '--control', join(folder, 'nobody.sock')];
  return {
    ...{ host, hook },
    list: (...more: string[]) => main(['hook', 'list', '--config', config, ...more], host),
    run: (...words: string[]) => main(['hook', 'test', '--config', config, ...files, ...words], host),
  };
}

test('hook list: every hook with what is run', async () => {
  const hooks =
    '{ user: www, post_up: [HOOK, a b], on_fault: [{ run: [/x] }, { run: [/y], style: keepalived }] }';
  const { host, hook, list } = scene(hooks);
  assert.equal(await list(), 0);
  assert.deepEqual(host.outs, [
    `web.post_up     ${hook} 'a b'  (as www, at most 30 s)`,
    'web.on_fault.1  /x  (as www, at most 30 s)',
    'web.on_fault.2  /y  (as www, at most 30 s, called as by keepalived)',
  ]);
});

test('hook test: a hook that goes well', async () => {
  const { host, hook, run } = scene(
    '{ post_up: [HOOK, "0"], post_down: { run: [HOOK], style: keepalived } }',
  );
  assert.equal(await run('web.post_up'), 0);
  const out = host.outs.join('\n');
  assert.match(out, new RegExp(`^web.post_up: ${hook} 0\n`));
  assert.match(out, /\n {2}SEALBEAT_VIPS=10\.10\.10\.42\/32@eth0 2001:db8::42\/128@eth0\n/);
  assert.match(out, /\nweb\.post_up: exit code 0, after \d+\.\d\d s\n {2}\| post_up active 0$/);
  assert.match(host.errs.join('\n'), /no daemon was asked, so the epoch is 0/);
});

test('hook test: one that fails, for programs', async () => {
  const { host, run } = scene('{ post_up: [HOOK, "3"] }');
  assert.equal(await run('web.post_up', '--json'), 1);
  const said = JSON.parse(host.outs[0]!);
  assert.deepEqual([said.name, said.state, said.exitCode], ['web.post_up', 'failed', 3]);
  assert.equal(said.environment.SEALBEAT_HOOK, 'post_up');
  assert.match(host.errs.join('\n'), /error: web\.post_up: exit code 3\n/);
});

test("hook test: keepalived's words, with the priority of the config", async () => {
  const { host, run } = scene('{ style: keepalived, on_fault: [HOOK, "0"] }');
  assert.equal(await run('web.on_fault'), 0);
  assert.equal(host.outs.at(-1), '  | on_fault standby 0 INSTANCE web FAULT 101');
});

test('hook test: all of a moment, in their order', async () => {
  const { host, run } = scene('{ on_fault: [{ run: [HOOK] }, { run: [HOOK, "0", x] }] }');
  assert.equal(await run('web.on_fault'), 0);
  assert.deepEqual(
    host.outs.filter((line) => line.startsWith('  |')),
    ['  | on_fault standby ', '  | on_fault standby 0 x'],
  );
});

const names: readonly (readonly [hooks: string, name: string, hint: RegExp])[] = [
  ['{ post_up: [HOOK] }', 'web.postup', /hint: did you mean web\.post_up\?/],
  ['{ post_up: [HOOK], pre_up: [HOOK] }', 'mail', /hint: there are web\.pre_up, web\.post_up/],
  ['{}', 'web.post_up', /hint: add some under groups\.NAME\.hooks/],
];
for (const [hooks, name, hint] of names) {
  test(`hook test: ${name} with ${hooks} is not one of them`, async () => {
    const { host, run } = scene(hooks);
    assert.equal(await run(name), 2);
    assert.match(host.errs.join('\n'), hint);
  });
}
