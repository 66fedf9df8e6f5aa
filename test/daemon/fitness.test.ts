import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusReport } from '../../src/core/report.ts';
import { healthOf, readinessOf } from '../../src/daemon/fitness.ts';
import { groupReport, peerReport, statusReport } from '../fakes/status-report.ts';

const health: readonly [sinceBeatMs: number, intervalMs: number, text: string][] = [
  [0, 250, 'ok'],
  [1_000, 250, 'ok'],
  [1_001, 250, 'no beat has had its turn for 1.0 s'],
  [3_000, 1_000, 'ok'],
  [3_001, 1_000, 'no beat has had its turn for 3.0 s'],
];
for (const [sinceBeatMs, intervalMs, text] of health)
  test(`health: ${sinceBeatMs} ms after a beat, of one every ${intervalMs} ms`, () =>
    assert.deepEqual(healthOf(sinceBeatMs, intervalMs), { ok: text === 'ok', text }));

const fine = { isStarted: true, isStopping: false, playsDead: false };
const ready: readonly {
  name: string;
  report?: Partial<StatusReport>;
  how?: Partial<typeof fine>;
  text: string;
}[] = [
  { name: 'a holder', text: 'ready' },
  { name: 'a standby', report: { groups: [groupReport({ role: 'standby' })] }, text: 'ready' },
  { name: 'one that starts', how: { isStarted: false }, text: 'it is starting' },
  { name: 'one that stops', how: { isStopping: true }, text: 'it is stopping' },
  {
    name: 'one that restarts',
    report: { restarting: true },
    how: { isStopping: true },
    text: 'it is restarting',
  },
  {
    name: 'one that plays dead',
    report: { groups: [groupReport({ role: 'init' })] },
    how: { playsDead: true },
    text: 'it plays dead, in a drill',
  },
  {
    name: 'one that waits for a silent peer',
    report: { groups: [groupReport({ role: 'init' })], peers: [peerReport({ state: 'silent' })] },
    text: 'web: its place is not known yet, it waits for lb2',
  },
  {
    name: 'one that has just heard its peers',
    report: { groups: [groupReport({ role: 'init' })] },
    text: 'web: its place is not known yet, it waits for the peers',
  },
];
for (const { name, report, how, text } of ready)
  test(`readiness: ${name}`, () =>
    assert.deepEqual(readinessOf(statusReport(report), { ...fine, ...how }), { ok: text === 'ready', text }));
