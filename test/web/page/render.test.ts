import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { script, style } from '../../../src/web/page/built.ts';
import { documentPieces, HEADERS } from '../../../src/web/page/document.ts';
import { html } from '../../../src/web/page/html.ts';
import { MAX_OUTPUT, type Tree } from '../../../src/web/page/tree.ts';
import { viewOf } from '../../../src/web/page/view.ts';
import {
  groupNamed,
  groupReport,
  node,
  peerReport,
  statusReport,
  vipReport,
} from '../../fakes/status-report.ts';
import { checkReport, EVIL, hookReport, hostile, many, peace, trouble, type Scene } from './views.ts';

const NOW = 1_000_000;
const documentFor = ({ report, events }: Scene): string =>
  [...documentPieces({ report, events, now: NOW })].join('');

/** What is read on it: no tags, no style, no script. */
const textOf = (document: string): string =>
  document
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

const rows: readonly (readonly [
  name: string,
  scene: Scene,
  says: readonly string[],
  not?: readonly string[],
])[] = [
  [
    'peace',
    peace,
    [
      'All well 2 groups are held (1 by lb1, 1 by lb2), the other node is heard, both paths are up',
      'ACTIVE here for 2h 3m · held by lb1',
      'standby for 1d 2h · held by lb2 (heard from it)',
      'priority 103 = base 101 + 2 (haproxy)',
      'up for 3d adds +2',
      'heard under 1 s ago',
      '2h 3m ago, 2026-03-01 09:57:00Z',
      'gets through',
    ],
    ['ALARM', 'NOBODY', 'DOWN', 'OVERDUE'],
  ],
  [
    'trouble',
    trouble,
    [
      '2 alarms, 6 more to look at',
      'ALARM lb3-in-the-other-building-rack-7 is silent',
      'look web: check answers is DOWN (vital)',
      'FAULT ip address replace',
      'haproxy DOWN for 14 s : no process is named haproxy',
      'priority 0 (CANNOT HOLD; base 101)',
      'FROZEN: it does not move until it is thawed',
      '192.168.101.1/24 on vlan101 MISSING (looked 2 s ago)',
      'priority 96 = base 101 − 5 (gateway)',
      '4 of 200 TOO SLOW',
      'FAILED (exit 3)',
      'OTHER CONFIG : other timing, groups',
      'PROBLEM : mail.example.org:587: connection refused',
    ],
    ['All well'],
  ],
];

for (const [name, scene, says, not = []] of rows) {
  test(`page: ${name}, in words`, () => {
    const text = textOf(documentFor(scene)).replaceAll(' · ', ' ');
    for (const said of says) assert.ok(text.includes(said.replaceAll(' · ', ' ')), `"${said}" in:\n${text}`);
    for (const unsaid of not) assert.ok(!text.includes(unsaid), unsaid);
  });
}

const oneGroup = (changes: Parameters<typeof groupReport>[0]): string =>
  textOf(documentFor({ report: statusReport({ groups: [groupReport(changes)] }), events: [] }));

const groupRows: readonly (readonly [says: string, changes: Parameters<typeof groupReport>[0]])[] = [
  ['NOBODY HOLDS IT', { holder: '', holderKnown: 'nobody', role: 'standby' }],
  ['held by lb2 (NOT HEARD, another node says so)', { holder: node('lb2'), holderKnown: 'second-hand' }],
  ['(AWAY, back within 2.4 s)', { holder: node('lb2'), holderKnown: 'away', backWithinMs: 2_400 }],
  ['CLAIMING for 1 s', { role: 'claiming', sinceMs: 1_900 }],
  ['starting, asks its peers for', { role: 'init' }],
  ['OVERDUE: renewed 1.2 s ago', { renewedAgoMs: 1_250 }],
  ['ITS VIPS ARE OR MAY BE ON THIS HOST', { role: 'releasing' }],
  ['confirm, witness, for 1 s', { asking: { questions: ['confirm', 'witness'], sinceMs: 1_000 } }],
  [
    'DOES NOT ANSWER (asked 1 s ago: no answer)',
    { witness: { answers: false, text: 'no answer', agoMs: 1_000 } },
  ],
  ['lock NOT HELD : lb2 has it', { lock: { leftMs: undefined, problem: 'lb2 has it', agoMs: 1 } }],
  ['handing over to lb2', { heir: node('lb2') }],
  ['PRESENT, though the group is not active here', { role: 'standby', vips: [vipReport()] }],
  ['DRAINED: this node does not hold it', { drained: true }],
  ['6 addresses, 1 MISSING', { vips: Array.from({ length: 6 }, (_, n) => vipReport({ present: n !== 3 })) }],
  ['1 group is held by lb1, the other', {}],
  [
    'priority 254 = base 253 + 2 (haproxy), kept within 1 to 254',
    { priority: 254, basePriority: 253, checks: [checkReport()] },
  ],
  ['TIMED OUT', { hooks: [hookReport({ state: 'timed out' })] }],
  ['adds 0 (weight +2)', { checks: [checkReport({ state: 'down', adds: 0 })] }],
];
for (const [says, changes] of groupRows) {
  test(`page: a group says "${says}"`, () => {
    const text = oneGroup(changes);
    assert.ok(text.includes(says), text);
  });
}

test('page: a peer that does not hear us is bad, though it is alive', () => {
  const text = documentFor({ report: statusReport({ peers: [peerReport({ hearsUs: false })] }), events: [] });
  assert.match(text, /id="node-lb2" class="card bad"/);
  assert.match(textOf(text), /DOES NOT HEAR US/);
});

test('page: nothing that a tool, a peer or a config says becomes markup', () => {
  const document = documentFor(hostile);
  assert.equal(document.split('<script>').length, 2, 'the only script is ours');
  assert.equal(document.split('</script>').length, 2);
  assert.doesNotMatch(document, /<img/);
  assert.ok(document.includes('&quot;&gt;&lt;script&gt;document.title=&#39;pwned&#39;'));
  assert.doesNotMatch(
    document,
    /[\u202e\u0007]/,
    'control characters and turned writing are shown, not done',
  );
  assert.ok(document.includes('\\u{202e}\\x07'));
});

test('page: every kind of text and attribute is escaped', () => {
  const tree: Tree = ['p', { title: EVIL }, EVIL];
  assert.equal((html(tree, 0).match(/[<>]/g) ?? []).length, 4, 'those of p alone');
  assert.equal((html(tree, 0).match(/"/g) ?? []).length, 2, 'those of the attribute alone');
});

test('page: what a program printed is cut', () => {
  const text = oneGroup({ checks: [checkReport({ output: 'x'.repeat(10_000) })] });
  assert.ok(text.includes(`${'x'.repeat(MAX_OUTPUT)}…`));
  assert.ok(!text.includes('x'.repeat(MAX_OUTPUT + 1)));
});

test('page: the policy allows our style and script, and nothing else', () => {
  const document = documentFor(peace);
  const policy = HEADERS['Content-Security-Policy']!;
  for (const tag of ['script', 'style']) {
    const inline = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(document)![1]!;
    const hash = createHash('sha256').update(inline).digest('base64');
    assert.ok(policy.includes(`${tag}-src 'sha256-${hash}'`), tag);
  }
  for (const part of [
    "default-src 'none'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ])
    assert.ok(policy.split('; ').includes(part), part);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  assert.doesNotMatch(document, / style="| on[a-z]+="/);
});

test('page: it is small, and needs nothing from elsewhere', () => {
  const pair = documentFor(peace);
  assert.ok(Buffer.byteLength(pair) < 40_000, `${Buffer.byteLength(pair)} bytes for a pair`);
  assert.ok(script.length + style.length < 26_000, `${script.length} + ${style.length}`);
  const large = Buffer.byteLength(documentFor(many()));
  assert.ok(large < 250_000, `${large} bytes for 8 nodes and 100 groups`);
  const zipped = gzipSync(documentFor(many())).length;
  assert.ok(zipped < 40_000, `${zipped} bytes zipped`);
  assert.doesNotMatch(pair.replace(/GET http:[^<]*/g, ''), /(src|href)="(?!data:|#|status\.json)/);
  assert.ok(!script.includes('</script') && !style.includes('</style'));
});

test('page: parts that are in a list are named in it, and every id is there once', () => {
  const { parts, lists } = viewOf(trouble.report, trouble.events, NOW);
  const listed = [...lists.groups, ...lists.nodes, 'verdict', 'transitions', 'alerts'];
  assert.deepEqual([...parts.keys()].toSorted(), listed.toSorted());
  const ids = [...documentFor(trouble).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
});

test('page: what points somewhere points at something', () => {
  const document = documentFor(trouble);
  for (const [, id] of document.matchAll(/ (?:href="#|aria-labelledby=")([^"]+)"/g))
    assert.ok(document.includes(` id="${id}"`), id);
});

test('page: groups in the same place, whatever befalls them', () => {
  const groups = ['a', 'b', 'c'].map((name) => groupReport({ name: groupNamed(name) }));
  const worse = groups.with(1, groupReport({ name: groupNamed('b'), fault: 'no' }));
  const order = (some: typeof groups): unknown => viewOf(statusReport({ groups: some }), [], NOW).lists;
  assert.deepEqual(order(worse), order(groups));
});

test('page: a second later, in peace, the trees of groups are the same', () => {
  const later = (ms: number): Scene['report'] =>
    statusReport({ groups: [groupReport({ sinceMs: 5_020 + ms, renewedAgoMs: 50 + (ms % 200) })] });
  const tree = (ms: number): unknown => viewOf(later(ms), [], NOW + ms).parts.get('group-web')!();
  assert.deepEqual(tree(1_000), tree(0));
});
