// Goal: the files of each story are sound, and its page says of each where it goes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { main } from '../../src/cli/main.ts';
import { fakeHost } from '../fakes/cli-host.ts';
import { needs } from '../vip/lab.ts';

const root = join(import.meta.dirname, '..', '..');
const stories = join(root, 'config', 'stories');
/** Node, a command that stands in its plan, and the system. */
const PLANS = {
  carp: ['fw1', 'ifconfig carp1 carpdev em1 vhid 2', 'openbsd'],
  firewalls: ['fw1', 'ip address replace 203.0.113.10/32 valid_lft 1 dev eth0', 'linux'],
  haproxy: ['lb1', 'label eth0:web', 'linux'],
  mail: ['lb1', 'ip address replace 10.10.10.42/32 valid_lft 1 dev eth0', 'linux'],
  omnios: ['om2', '/etc/sealbeat/vip-up.sh e1000g0 10.10.10.42', 'illumos'],
} as const;

/** Its config, or what comes out of its template with the keys of another story, which belong to nobody. */
function configOf(story: string, t: TestContext): string {
  const [config, template] = ['', '.in'].map((end) => join(stories, story, `sealbeat.yaml${end}`));
  if (existsSync(config!)) return config!;
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-story-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const keys = readFileSync(join(stories, 'haproxy', 'sealbeat.yaml'), 'utf8').matchAll(
    /key: (sealbeat\S+)/g,
  );
  const lines = [...keys].map(([, key], place) => `lb${place + 1}_key=${key}\n`);
  const values = readFileSync(join(stories, story, 'site.conf'), 'utf8');
  writeFileSync(join(folder, 'site.conf'), values + lines.join(''));
  const words = [template!, join(folder, 'site.conf')];
  const filled = spawnSync(join(stories, story, 'fill.sh'), words, { encoding: 'utf8' });
  assert.equal(filled.status, 0, filled.stderr);
  writeFileSync(join(folder, 'sealbeat.yaml'), filled.stdout);
  return join(folder, 'sealbeat.yaml');
}

test('stories: these are all', () => {
  assert.deepEqual(readdirSync(stories).toSorted(), Object.keys(PLANS).toSorted());
});

for (const [story, [node, command, platform]] of Object.entries(PLANS)) {
  const names = readdirSync(join(stories, story));
  const page = readFileSync(join(root, 'docs', 'stories', `${story}.md`), 'utf8');

  test(`story ${story}: the page has each file in its table, and none that is not there`, () => {
    const named = [...page.matchAll(/^\| `([^`]+)` \| (?:`\/|stays)/gm)].map(([, name = '']) => name);
    assert.deepEqual(named.toSorted(), names.toSorted());
  });

  test(`story ${story}: the page leads to what is there`, () => {
    for (const [, path = ''] of page.matchAll(/\]\(([^)#]+)[^)]*\)/g))
      assert.ok(existsSync(join(root, 'docs', 'stories', path)), path);
  });

  test(`story ${story}: what ${node} would run`, async (t) => {
    const host = fakeHost();
    const config = configOf(story, t);
    const words = ['-c', config, '--as', node, '--plan', '--platform', platform];
    assert.equal(await main(['check', ...words], host), 0, host.errs.join('\n'));
    assert.ok(
      host.outs.some((line) => line.startsWith('  ') && line.includes(command)),
      host.outs.join('\n'),
    );
  });

  test(`story ${story}: its scripts can be run, and shellcheck finds nothing`, (t) => {
    const scripts = names.filter((name) => name.endsWith('.sh')).map((name) => join(stories, story, name));
    for (const script of scripts) assert.equal(statSync(script).mode & 0o111, 0o111, script);
    if (scripts.length === 0 || !needs(t, ['shellcheck'], { root: false })) return;
    const { stdout } = spawnSync('shellcheck', ['-s', 'sh', ...scripts], { encoding: 'utf8' });
    assert.equal(stdout, '');
  });
}
