import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { systemSpawn } from '../../src/system/child.ts';
import { lineSplitter } from '../../src/system/lines.ts';

/** Runs a script that is spoken to, and settles when it has ended. */
function talk(script: string, say: (child: ReturnType<typeof systemSpawn.start>) => void) {
  const heard: string[] = [];
  return new Promise<{ heard: string[]; exitCode: number; missing: boolean }>((resolve) => {
    const child = systemSpawn.start('sh', ['-c', script], {
      onStdout: (line) => heard.push(`out ${line}`),
      onStderr: (line) => heard.push(`err ${line}`),
      onEnd: (end) => resolve({ heard, ...end }),
    });
    say(child);
  });
}

test('child: it is heard line by line until its last, also without a newline', async () => {
  const ended = await talk(
    'while read -r line; do echo "<$line>"; done; printf last; echo word >&2; exit 4',
    (child) => {
      void child.write('a\nb\n').then(() => child.endInput());
    },
  );
  assert.deepEqual(
    ended.heard.filter((line) => line.startsWith('out')),
    ['out <a>', 'out <b>', 'out last'],
  );
  assert.ok(ended.heard.includes('err word'));
  assert.deepEqual([ended.exitCode, ended.missing], [4, false]);
});

test('child: one that is not installed ends once, as missing', async () => {
  const ends: object[] = [];
  const child = await new Promise<ReturnType<typeof systemSpawn.start>>((resolve) => {
    const started = systemSpawn.start('/nonexistent/program', [], {
      onEnd(end) {
        ends.push(end);
        setImmediate(() => resolve(started));
      },
    });
  });
  assert.equal(child.pid, undefined);
  assert.deepEqual(ends, [{ exitCode: -1, missing: true }]);
  await assert.rejects(child.write('x'));
});

test('child: writing to one that has ended is an error of that write', async () => {
  let write: (() => Promise<void>) | undefined;
  await talk('exit 0', (child) => (write = () => child.write('x')));
  await assert.rejects(write?.() ?? Promise.resolve());
});

test('lines: however a text is cut, the lines are the same', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n') })), (chunks) => {
      const lines: string[] = [];
      const splitter = lineSplitter((line) => lines.push(line));
      chunks.forEach(splitter.add);
      splitter.end();
      const whole = chunks.join('').split('\n');
      if (whole.at(-1) === '') whole.pop();
      assert.deepEqual(lines, whole);
    }),
  );
});
