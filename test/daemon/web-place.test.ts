// Goal: the listener follows the config, and what it can't have it goes on asking for, one at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OperatorError } from '../../src/core/errors.ts';
import { newWebPlace } from '../../src/daemon/web-place.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { statusReport } from '../fakes/status-report.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { until } from '../lab/wait.ts';
import { named, settingsWith } from './two-nodes.ts';

const withWeb = (web: string) => settingsWith(['lease: 1s', `lease: 1s\nweb: ${web}`]);
const settled = (what: string, condition: () => boolean): Promise<void> =>
  until(what, 5_000, () => Promise.resolve(condition()));

function placed({ taken = new Set<number>() }: { taken?: Set<number> } = {}) {
  const clock = new ManualClock();
  const log = collectedLog();
  const done: string[] = [];
  const web = newWebPlace({
    ...{ self: named('lb1'), clock, log },
    port: {
      metrics: () => Promise.resolve(''),
      health: () => ({ ok: true, text: '' }),
      readiness: () => ({ ok: true, text: '' }),
      page: { status: statusReport, events: () => [], onEvent: () => () => undefined },
    },
    open({ place: { host, port } }) {
      if (taken.has(port)) {
        done.push(`refused ${port}`);
        throw new OperatorError('PORT_TAKEN', `no port ${port}`, { hint: 'choose another' });
      }
      done.push(`open ${port}`);
      const address = { address: host, family: 'IPv4', port };
      return Promise.resolve({ address, close: () => Promise.resolve(void done.push(`close ${port}`)) });
    },
  });
  return { clock, log, done, web, taken };
}

test('web place: it opens what the config says, leaves alone what stays, and closes before it opens another', async () => {
  const { web, done } = placed();
  web.configure(withWeb('{ listen: 127.0.0.1:1 }'));
  web.configure(withWeb('{ listen: 127.0.0.1:1 }'));
  await settled('the first', () => done.length === 1);
  web.configure(withWeb('{ listen: 127.0.0.1:2, page: false }'));
  await settled('the second', () => done.length === 3);
  web.configure(withWeb('{ listen: { lb2: 127.0.0.1:2 } }'));
  await settled('none', () => done.length === 4);
  assert.deepEqual(done, ['open 1', 'close 1', 'open 2', 'close 2']);
  await web.close();
  assert.equal(done.length, 4);
});

test('web place: what is taken is an alarm, told once and tried again every 5 s until it is there', async () => {
  const { web, done, clock, log, taken } = placed({ taken: new Set([1]) });
  web.configure(withWeb('{ listen: 127.0.0.1:1 }'));
  await settled('a refusal', () => done.length === 1 && clock.waiting === 1);
  assert.deepEqual(web.alarms(), ['no port 1; choose another (tried again every 5 s)']);
  clock.goOn(4_999);
  assert.equal(done.length, 1);
  clock.goOn(1);
  await settled('another', () => done.length === 2 && clock.waiting === 1);
  assert.equal(log.lines.filter(({ level }) => level === 'warn').length, 1);
  taken.clear();
  clock.goOn(5_000);
  await settled('no alarm', () => web.alarms().length === 0);
  assert.deepEqual(done, ['refused 1', 'refused 1', 'open 1']);
  await web.close();
  assert.deepEqual(done.at(-1), 'close 1');
});

test('web place: closed or configured otherwise, it asks no more for what it had not', async () => {
  const { web, done, clock } = placed({ taken: new Set([1]) });
  web.configure(withWeb('{ listen: 127.0.0.1:1 }'));
  await settled('a refusal', () => clock.waiting === 1);
  web.configure(withWeb('{ listen: 127.0.0.1:2 }'));
  await settled('the other', () => done.at(-1) === 'open 2');
  assert.deepEqual([clock.waiting, web.alarms()], [0, []]);
  await web.close();
  clock.goOn(60_000);
  assert.deepEqual(done, ['refused 1', 'open 2', 'close 2']);
});
