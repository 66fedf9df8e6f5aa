import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostCheck } from '../../src/web/host-check.ts';

const isOurs = hostCheck(['lb1', 'Lb.Example.NET']);
const rows: readonly [header: string | undefined, ours: boolean][] = [
  ['127.0.0.1:7180', true],
  ['10.10.10.1', true],
  ['[::1]:7180', true],
  ['[fd00::1]', true],
  ['localhost:7180', true],
  ['LOCALHOST', true],
  ['lb1:7180', true],
  ['lb.example.net', true],
  ['lb.example.net.', true],
  ['evil.example', false],
  ['evil.example:7180', false],
  ['lb1.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['[::1].evil.example', false],
  ['[127.0.0.1]', false],
  ['[evil.example]', false],
  ['localhost:7180:80', false],
  ['127.0.0.1 evil.example', false],
  ['', false],
  [undefined, false],
];
for (const [header, ours] of rows)
  test(`host: ${header} is ${ours ? 'ours' : 'not ours'}`, () => assert.equal(isOurs(header), ours));
