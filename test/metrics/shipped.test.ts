// Goal: the dashboard and the alerts speak of metrics that there are, and Prometheus' own tools understand them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FAMILIES } from '../../src/metrics/families.ts';
import { needs } from '../vip/lab.ts';
import { metricsPage } from '../../scripts/metrics/page.ts';

const root = join(import.meta.dirname, '../..');
const RULES = join(root, 'config/prometheus/sealbeat.rules.yml');
const DASHBOARD = join(root, 'config/grafana/sealbeat.json');

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}
interface Dashboard {
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly Panel[];
}
const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard;
const expressions = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** What a histogram is asked for by. */
const names = new Set(
  FAMILIES.flatMap(({ name, type }) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
);
const mentioned = (text: string): readonly string[] => text.match(/\b(sealbeat|process|nodejs)_\w+/g) ?? [];

test('dashboard: every metric in it is one that is exported', () => {
  assert.ok(expressions.length > 20);
  const strangers = expressions.flatMap(mentioned).filter((name) => !names.has(name));
  assert.deepEqual(strangers, []);
});

test('alerts: every metric in them is one that is exported', () => {
  const expr = readFileSync(RULES, 'utf8').match(/expr: .*/g) ?? [];
  assert.ok(expr.length > 15);
  assert.deepEqual(
    expr.flatMap(mentioned).filter((name) => !names.has(name)),
    [],
  );
});

/** Labels that a family has, and those that every scraped series has beside them. */
const labelsOf = new Map(FAMILIES.map(({ name, labels }) => [name, new Set([...labels, 'job', 'instance'])]));

test('dashboard: every label that is matched is one that the metric has', () => {
  const wrong = expressions.flatMap((expr) =>
    [...expr.matchAll(/\b(sealbeat_\w+)\{([^}]*)\}/g)].flatMap(([, name = '', matchers = '']) =>
      [...matchers.matchAll(/(\w+)=/g)]
        .map(([, label = '']) => label)
        .filter((label) => labelsOf.get(name)?.has(label) !== true)
        .map((label) => `${name}{${label}}`),
    ),
  );
  assert.deepEqual(wrong, []);
});

test('dashboard: panels have ids of their own, do not overlap, and ask the chosen data source', () => {
  const { panels, templating, schemaVersion } = dashboard;
  assert.ok(schemaVersion >= 36, 'what Grafana 10 reads without migrating');
  assert.equal(templating.list[0]?.name, 'datasource');
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
  );
  assert.equal(new Set(cells).size, cells.length);
  for (const { targets = [] } of panels)
    for (const { datasource } of targets) assert.equal(datasource.uid, '${datasource}');
});

function promtool(...words: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('promtool', words, {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  });
  assert.equal(status, 0, stdout + stderr);
}

test('dashboard: Prometheus parses every expression in it', (t) => {
  if (!needs(t, ['promtool'], { root: false })) return;
  const chosen = expressions.map((expr) =>
    expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(cluster|group)/g, '.*'),
  );
  const record = chosen.map((expr, number) => ({ record: `expression:${number}`, expr }));
  const folder = mkdtempSync(join(tmpdir(), 'sealbeat-dashboard-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'rules.yml'); // JSON is YAML too
  writeFileSync(path, JSON.stringify({ groups: [{ name: 'dashboard', rules: record }] }));
  promtool('check', 'rules', path);
});

test('alerts: promtool finds no fault, and they fire when they have to', (t) => {
  if (!needs(t, ['promtool'], { root: false })) return;
  promtool('check', 'rules', RULES);
  promtool('test', 'rules', 'alerts.yml');
});

test('docs/metrics.md: the table says what is declared (node scripts/make-metrics.ts)', () =>
  assert.equal(readFileSync(join(root, 'docs/metrics.md'), 'utf8'), metricsPage()));
