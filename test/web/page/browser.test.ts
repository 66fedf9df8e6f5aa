// The page as a browser shows it: Debian's Chromium, on loopback.
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { Clock } from '../../../src/core/ports.ts';
import type { MonoMs } from '../../../src/core/units.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { groupReport } from '../../fakes/status-report.ts';
import { until, untilSteady } from '../../lab/wait.ts';
import { chromiumProblem, openChromium, type Browser, type Look, type Tab } from './chromium.ts';
import { served, stage, type Served, type Stage } from './stage.ts';
import { eventRecord, hostile, many, peace, trouble, type Scene } from './views.ts';

const BOUND_MS = 15_000;
const problem = chromiumProblem();
let browser: Browser;

before(async () => {
  if (problem === undefined) browser = await openChromium();
});
after(async () => {
  if (problem === undefined) await browser.close();
});

interface Shown {
  readonly tab: Tab;
  readonly play: Stage;
  readonly server: Served;
}

function browserTest(name: string, body: (context: TestContext) => Promise<void>): void {
  test(`page in a browser: ${name}`, { timeout: 60_000 }, async (context) => {
    if (problem === undefined) return await body(context);
    if (process.env['CI'] === 'true') throw new Error(`this test may not be skipped in CI: ${problem}`);
    return context.skip(problem);
  });
}

/** The scene in a tab that is live; all of it goes when the test ends. */
async function shown(context: TestContext, scene: Scene, look: Look = { width: 1200 }): Promise<Shown> {
  const play = stage(scene, systemClock);
  const server = await served(play.port);
  const tab = await browser.tab();
  context.after(() => Promise.all([tab.close(), server.close()]));
  await tab.look(look);
  await tab.open(server.url);
  await until('live', BOUND_MS, async () => (await textOf(tab, '#link')) === 'live');
  return { tab, play, server };
}

/** What is seen there; nothing of what is hidden. */
/** What is seen there; nothing of what is hidden. */
const textOf = (tab: Tab, selector: string): Promise<string> =>
  tab.read(
    `(() => { const it = document.querySelector(${JSON.stringify(selector)}); return it?.checkVisibility() ? it.innerText : ''; })()`,
  );
const focused = (tab: Tab): Promise<string> =>
  tab.read('document.activeElement.tagName + " " + document.activeElement.innerText');

for (const [name, scene] of Object.entries({ peace, trouble, hostile })) {
  browserTest(`${name} loads in one request and complains of nothing`, async (context) => {
    const { tab, play, server } = await shown(context, scene);
    play.happen(eventRecord(99));
    await until('an event', BOUND_MS, () => tab.read("document.querySelectorAll('#said p').length > 0"));
    assert.deepEqual(server.requests, ['GET /', 'GET /events'], 'the page, then its stream');
    assert.deepEqual(tab.requests, [server.url, `${server.url}events`]);
    assert.deepEqual(tab.complaints, [], 'no error, no violation of the policy');
    assert.equal(await tab.read("document.querySelectorAll('img, main script, main style').length"), 0);
    assert.match(await tab.read('document.title'), /^[✔✖] lb1 · sealbeat$/);
  });
}

browserTest('a transition is seen and said within a second', async (context) => {
  const { tab, play } = await shown(context, peace);
  const fallen = groupReport({ role: 'standby', why: 'lb2 is better now', sinceMs: 10, has: false });
  play.show({ ...trouble, report: { ...trouble.report, groups: [fallen] } });
  const from = performance.now();
  play.happen(eventRecord(9, { text: 'active → standby', cause: 'lb2 is better now' }));
  await until('the headline', 1_000, async () => (await textOf(tab, '#verdict h2')).includes('2 alarms'));
  context.diagnostic(`seen after ${Math.round(performance.now() - from)} ms`);
  assert.match(await textOf(tab, '#group-web'), /standby for under 1 s/);
  assert.match(await textOf(tab, '#transitions li'), /group web active → standby/);
  assert.equal(
    await tab.read("document.querySelector('#said').textContent"),
    'group web: active → standby (lb2 is better now)',
  );
  assert.match(await tab.read('document.title'), /^✖/);
  assert.equal(
    await tab.read("document.querySelectorAll('.card').length"),
    6,
    'a group and a node went, one node came',
  );
});

browserTest('by keyboard: skip link, alarms, folds; nothing moves under one’s fingers', async (context) => {
  const { tab, play } = await shown(context, trouble);
  await tab.press('Tab', 9);
  assert.equal(await focused(tab), 'A Skip to the groups');
  assert.ok(await tab.read('document.activeElement.getBoundingClientRect().top >= 0'), 'and it is seen');
  assert.notEqual(await tab.read('getComputedStyle(document.activeElement).outlineStyle'), 'none');
  await tab.press('Tab', 9);
  assert.match(await focused(tab), /^A lb3-in-the-other-building-rack-7 is silent/);
  await tab.press('Enter', 13);
  assert.equal(await tab.read('location.hash'), '#node-lb3-in-the-other-building-rack-7');
  await tab.read("document.querySelector('.skip').focus()");
  await tab.press('Enter', 13);
  assert.equal(await tab.read('location.hash'), '#groups-name');
  await tab.press('Tab', 9);
  assert.match(await focused(tab), /^SUMMARY checks: 2 DOWN/);
  await tab.press('Enter', 13);
  assert.equal(await tab.read("document.querySelector('details').open"), false);
  play.happen(eventRecord(9));
  await until('a push', BOUND_MS, () => tab.read("document.querySelectorAll('#said p').length > 0"));
  assert.equal(await tab.read("document.querySelector('details').open"), false, 'what is folded stays so');
  assert.match(await focused(tab), /^SUMMARY checks: 2 DOWN/);
});

for (const [name, scene] of Object.entries({ trouble, hostile, many: many(12) })) {
  browserTest(`${name} fits a screen of 320 px`, async (context) => {
    const { tab } = await shown(context, scene, { width: 320, height: 640 });
    await tab.read("document.querySelectorAll('details').forEach((one) => (one.open = true))");
    const wide = await tab.read<string[]>(
      "[...document.querySelectorAll('body *:not(.unseen, .skip, thead, thead *)')].filter((one) => one.getBoundingClientRect().right > 320.5).map((one) => one.outerHTML.slice(0, 80))",
    );
    assert.deepEqual(wide, []);
    assert.equal(await tab.read('document.scrollingElement.scrollWidth'), 320);
  });
}

const CONTRASTS = `(() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).map((part) => { const c = part / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => { const c = getComputedStyle(one).backgroundColor; return /, 0\\)$/.test(c) ? ground(one.parentElement) : c; };
  return [...document.querySelectorAll('main *, header *, footer *')].filter((one) => one.checkVisibility() && [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim())).map((one) => {
    const [a, b] = [light(getComputedStyle(one).color), light(ground(one))].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), one.className + ' ' + one.innerText.slice(0, 30)];
  }).filter(([ratio]) => ratio < 4.5);
})()`;

for (const dark of [false, true]) {
  browserTest(`every word can be read, ${dark ? 'dark' : 'light'}`, async (context) => {
    const { tab } = await shown(context, trouble, { width: 1200, dark });
    assert.deepEqual(await tab.read(CONTRASTS), [], 'contrast of 4.5 at least');
    const [red = 0] =
      /\d+/.exec(await tab.read('getComputedStyle(document.documentElement).backgroundColor')) ?? [];
    assert.equal(Number(red) < 128, dark);
  });
}

browserTest('forced colours: states are words', async (context) => {
  const { tab } = await shown(context, trouble, { width: 1200, forced: true });
  const colours = await tab.read<string[]>(
    "[...new Set([...document.querySelectorAll('b.good, b.bad, b.warning')].map((one) => getComputedStyle(one).color))]",
  );
  assert.equal(colours.length, 1);
  for (const word of ['ALARM', 'FAULT', 'DOWN', 'MISSING', 'SILENT'])
    assert.ok((await textOf(tab, 'main')).includes(word), word);
});

browserTest('without a script it is a snapshot that says so', async (context) => {
  const server = await served(stage(trouble, systemClock).port);
  const tab = await browser.tab();
  context.after(() => Promise.all([tab.close(), server.close()]));
  await tab.call('Emulation.setScriptExecutionDisabled', { value: true });
  await tab.open(server.url);
  const { root } = (await tab.call('DOM.getDocument', {})) as { root: { nodeId: number } };
  const { outerHTML } = (await tab.call('DOM.getOuterHTML', { nodeId: root.nodeId })) as {
    outerHTML: string;
  };
  assert.match(outerHTML, /<noscript><p>As it was at 2026-03-01 12:00:00Z; reload/);
  assert.match(outerHTML, /2 alarms, 6 more to look at/);
  assert.match(outerHTML, /standby for <span data-at="-?\d+">12 s</);
  assert.deepEqual(server.requests, ['GET /']);
});

browserTest('connection lost, and found again with another daemon', async (context) => {
  const { tab, server } = await shown(context, peace);
  const port = Number(new URL(server.url).port);
  await server.close();
  await until('lost', BOUND_MS, async () => (await textOf(tab, '#lost')).startsWith('Connection lost'));
  assert.match(await tab.read('document.title'), /^\? lb1/);
  assert.equal(await textOf(tab, '#link'), '', 'not live');
  assert.match(
    await tab.read("getComputedStyle(document.querySelector('#verdict h2'), '::before').content"),
    /It was/,
  );
  await until('seconds count up', BOUND_MS, async () =>
    /showing what was known ([2-9]|\d\d) s ago/.test(await textOf(tab, '#lost')),
  );
  assert.match(await textOf(tab, '#node-lb2'), /heard ([2-9]|\d\d) s ago/, 'ages go on, too');

  // Its clock begins anew, and it has been up for a moment only.
  const from = systemClock.nowMs();
  const young: Clock = { ...systemClock, nowMs: () => (systemClock.nowMs() - from) as MonoMs };
  const again = await served(
    stage({ ...trouble, report: { ...trouble.report, upForMs: 800 } }, young).port,
    port,
  );
  context.after(() => again.close());
  await until('found', BOUND_MS, async () => (await textOf(tab, '#link')) === 'live');
  assert.equal(await textOf(tab, '#lost'), '');
  assert.match(await textOf(tab, '#verdict h2'), /2 alarms/);
  assert.match(await textOf(tab, '#node-lb1'), /up (under 1|\d\d?) s/);
  assert.match(await tab.read("document.querySelector('#said').textContent"), /connected again/);
});

browserTest('a page for which there is no room says why it stands still', async (context) => {
  const { server } = await shown(context, peace);
  const guests = await Promise.all(Array.from({ length: 15 }, () => fetch(`${server.url}events`)));
  context.after(() => Promise.all(guests.map((guest) => guest.body!.cancel().catch(() => {}))));
  const tab = await browser.tab();
  context.after(() => tab.close());
  await tab.open(server.url);
  await until('refused', BOUND_MS, async () =>
    (await textOf(tab, '#lost')).includes('16 pages are open already'),
  );
});

browserTest('a curve for every path, of what was seen', async (context) => {
  const { tab } = await shown(context, trouble);
  const points = (): Promise<number[]> =>
    tab.read(
      "[...document.querySelectorAll('.spark path')].map((path) => path.getAttribute('d').split('L').length - 1)",
    );
  await until('two points', BOUND_MS, async () => ((await points())[0] ?? 0) >= 2);
  const [, , down, none] = await points();
  assert.deepEqual([down, none], [0, 0], 'and none where nothing came back');
});

browserTest(
  'as a screen reader gets it: landmarks, headings, named tables, a polite log',
  async (context) => {
    const { tab } = await shown(context, trouble, { width: 320 });
    interface Node {
      readonly ignored: boolean;
      readonly role: { readonly value: string };
      readonly name?: { readonly value: string };
      readonly properties?: readonly { readonly name: string; readonly value: { readonly value: unknown } }[];
    }
    const { nodes } = (await tab.call('Accessibility.getFullAXTree')) as unknown as {
      nodes: readonly Node[];
    };
    const named = (role: string): readonly string[] =>
      nodes.filter((node) => !node.ignored && node.role.value === role).map((node) => node.name?.value ?? '');
    assert.deepEqual(
      named('region').map((name) => name.replace(/^[✖✔▲] */, '')),
      [...['2 alarms, 6 more to look at', 'Groups', 'Nodes', 'Last transitions', 'Alerts']],
    );
    for (const role of ['banner', 'main', 'contentinfo']) assert.equal(named(role).length, 1, role);
    for (const name of ['Checks of web', 'Hooks of web', 'Paths to lb2'])
      assert.ok(named('table').includes(name), name);
    assert.ok(named('table').every((name) => name !== ''));
    assert.ok(named('columnheader').includes('state'), 'though it is not seen in a card');
    assert.ok(named('article').some((name) => name.includes('firewall-inside-and-outside')));
    const log = nodes.find(({ role }) => role.value === 'log');
    assert.equal(log?.properties?.find(({ name }) => name === 'live')?.value.value, 'polite');
    await untilSteady('no complaint', 100, BOUND_MS, () => tab.complaints.length === 0);
  },
);
