import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { Daemon } from '../../src/daemon/main.ts';
import type { Ending } from '../../src/daemon/shutdown.ts';
import { runUnderSignals, systemSignals } from '../../src/daemon/signals.ts';
import { collectedLog } from '../fakes/collected-log.ts';
import { settled } from '../fakes/told-adapter.ts';

class FakeProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

function daemon() {
  const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
  const done: string[] = [];
  const fake: Daemon = {
    reload: () => {
      done.push('reload');
      return Promise.resolve({ ok: true, text: 'done' });
    },
    stop: (reason) => void done.push(`stop ${reason}`),
    ended,
  };
  return { fake, done, end };
}

async function running() {
  const source = new FakeProcess();
  const log = collectedLog();
  const { fake, done, end } = daemon();
  const run = runUnderSignals(source, log, () => Promise.resolve(fake));
  await settled();
  return { source, log, done, end, run };
}

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`signals: ${signal} stops the daemon, and no listener is left when it has ended`, async () => {
    const { source, done, end, run } = await running();
    source.emit(signal);
    assert.deepEqual(done, [`stop ${signal}`]);
    end('stopped');
    await run;
    assert.deepEqual(source.exits, []);
    assert.deepEqual(source.eventNames(), []);
  });
}

test('signals: SIGHUP reloads', async () => {
  const { source, done, end, run } = await running();
  source.emit('SIGHUP');
  source.emit('SIGHUP');
  assert.deepEqual(done, ['reload', 'reload']);
  end('stopped');
  await run;
});

test('signals: who says it three times is obeyed at once', async () => {
  const { source, end, run } = await running();
  source.emit('SIGTERM');
  source.emit('SIGINT');
  assert.deepEqual(source.exits, []);
  source.emit('SIGTERM');
  assert.deepEqual(source.exits, [1]);
  end('stopped');
  await run;
});

test('signals: a fault of ours ends the process at once, with a line in the log', async () => {
  const { source, log, done, end, run } = await running();
  source.emit('uncaughtException', new Error('a bug'));
  assert.deepEqual(source.exits, [1]);
  assert.deepEqual(done, [], 'a state that cannot be trusted hands nothing over');
  const [line] = log.lines;
  assert.equal(line?.level, 'error');
  assert.match(String((line?.fields as { err: Error }).err), /a bug/);
  end('stopped');
  await run;
});

test('signals: a start that fails is thrown on', async () => {
  const source = new FakeProcess();
  const start = (): Promise<Daemon> => Promise.reject(new Error('port taken'));
  await assert.rejects(runUnderSignals(source, collectedLog(), start), /port taken/);
  assert.deepEqual(source.eventNames(), []);
});

test('signals: SIGTERM cancels a start, which is no error', async () => {
  const source = new FakeProcess();
  const run = runUnderSignals(source, collectedLog(), (cancelled) => {
    const { promise, reject } = Promise.withResolvers<Daemon>();
    cancelled.addEventListener('abort', () => reject(cancelled.reason as Error));
    return promise;
  });
  source.emit('SIGTERM');
  await run;
  assert.deepEqual(source.exits, []);
});

test('signals: a start that completes in spite of SIGTERM is stopped', async () => {
  const source = new FakeProcess();
  const { fake, done, end } = daemon();
  const { promise, resolve } = Promise.withResolvers<Daemon>();
  const run = runUnderSignals(source, collectedLog(), () => promise);
  source.emit('SIGTERM');
  resolve(fake);
  await settled();
  assert.deepEqual(done, ['stop stopped while starting']);
  end('stopped');
  await run;
});

test('signals: SIGHUP during the start is kept for after it, and does not end the process', async () => {
  const source = new FakeProcess();
  const { fake, done, end } = daemon();
  const { promise, resolve } = Promise.withResolvers<Daemon>();
  const run = runUnderSignals(source, collectedLog(), () => promise);
  source.emit('SIGHUP');
  resolve(fake);
  await settled();
  assert.deepEqual(done, ['reload']);
  end('stopped');
  await run;
});

test('signals: a start that hangs does not outlive SIGTERM by a second', async () => {
  const source = new FakeProcess();
  const { fake, end } = daemon();
  const { promise, resolve } = Promise.withResolvers<Daemon>();
  const exited = Promise.withResolvers<number>();
  source.exit = exited.resolve;
  const run = runUnderSignals(source, collectedLog(), () => promise);
  const startMs = performance.now();
  source.emit('SIGTERM');
  assert.equal(await exited.promise, 0);
  assert.ok(performance.now() - startMs >= 500, 'an orderly end has its chance');
  resolve(fake);
  end('stopped');
  await run;
});

for (const { busy, code, ends } of [
  { busy: [], code: 0, ends: ['exit 0'] },
  { busy: ['UDPWrap', 'Timeout', 'PipeWrap'], code: 1, ends: ['exit 1'] },
  { busy: ['FSReqPromise'], code: 0, ends: ['SIGTERM'] },
  { busy: ['UDPWrap', 'GetAddrInfoReqWrap'], code: 1, ends: ['SIGKILL'] },
]) {
  test(`signals: the process ends by ${ends.join()} while these are under way: ${busy.join() || 'none'}`, () => {
    const done: string[] = [];
    class Ended extends Error {}
    const own = Object.assign(new EventEmitter(), {
      pid: 1,
      getActiveResourcesInfo: () => busy,
      exit(exitCode: number): never {
        done.push(`exit ${exitCode}`);
        throw new Ended();
      },
      kill(pid: number, signal: string) {
        assert.equal(pid, 1);
        assert.equal(own.listenerCount('SIGTERM'), 0, 'or it would be caught by ourselves');
        done.push(signal);
      },
    });
    const signals = systemSignals(own as unknown as NodeJS.Process);
    signals.on('SIGTERM', () => done.push('caught'));
    try {
      signals.exit(code);
    } catch (error) {
      assert.ok(error instanceof Ended);
    }
    assert.deepEqual(done, ends);
  });
}
