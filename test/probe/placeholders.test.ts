import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Probed } from '../../src/core/ports.ts';
import type { ProbeSettings } from '../../src/core/settings.ts';
import { filledIn } from '../../src/probe/placeholders.ts';
import { toldExec } from '../fakes/told-exec.ts';
import { standing } from './loopback.ts';

const v4: Probed = { name: 'lb2', host: '10.0.0.2' };
const v6: Probed = { name: 'lb2', host: 'fd00::2' };
const named: Probed = { name: 'lb2', host: 'lb2.$&.test' };

const tcp = (host: string): ProbeSettings => ({ kind: 'tcp', host, port: 22, text: '' });
const http = (url: string): ProbeSettings => ({ kind: 'http', url, text: '' });
const command = (...words: readonly string[]): ProbeSettings => ({
  kind: 'command',
  command: words,
  text: '',
});

const rows: readonly (readonly [what: string, probe: ProbeSettings, about: Probed, filled: ProbeSettings])[] =
  [
    ['a host', tcp('{peer}'), v4, tcp('10.0.0.2')],
    ['a host that is an IPv6 address has no brackets', tcp('{peer}'), v6, tcp('fd00::2')],
    ['a part of a host', tcp('{name}-bmc.test'), v4, tcp('lb2-bmc.test')],
    ['what is in a host is not a pattern', tcp('{peer}'), named, tcp('lb2.$&.test')],
    ['a URL', http('http://{peer}:80/{name}?{peer}'), v4, http('http://10.0.0.2:80/lb2?10.0.0.2')],
    ['an IPv6 address in a URL has brackets', http('http://{peer}:80/'), v6, http('http://[fd00::2]:80/')],
    [
      'every word of a command, without brackets',
      command('ask', '--of={peer}', '{name}'),
      v6,
      command('ask', '--of=fd00::2', 'lb2'),
    ],
    ['other braces stay', command('awk', '{print}', '{}'), v4, command('awk', '{print}', '{}')],
  ];
for (const [what, probe, about, filled] of rows) {
  test(`placeholders: ${what}`, () => assert.deepEqual(filledIn(probe, about), filled));
}

for (const [probe, placeholder] of [
  [tcp('{peer}'), '{peer}'],
  [http('http://{name}.test/'), '{name}'],
  [command('ask', '{peer}'), '{peer}'],
] as const) {
  test(`placeholders: ${placeholder} in a ${probe.kind} probe that asks about no node is a no, and nothing is run`, async () => {
    const exec = toldExec({});
    const { clock, prober } = standing({ exec });
    const answer = await prober.ask(probe, { timeoutMs: 1_000 });
    assert.deepEqual(answer, { answered: false, text: `${placeholder} stands for no node here` });
    assert.deepEqual([exec.calls, clock.waiting], [[], 0]);
  });
}

test('placeholders: a probe without any asks about nobody', async () => {
  const exec = toldExec({});
  const { prober } = standing({ exec });
  await prober.ask(command('awk', '{print}'), { timeoutMs: 1_000 });
  assert.deepEqual(exec.calls[0]!.command, ['awk', '{print}']);
});
