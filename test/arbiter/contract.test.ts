// Goal: both products grant the same thing, a lock that is one node's alone for a TTL from the question.
// Method: models of both behind real HTTP, with a clock that stands; what goes wrong is made at one request each.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../lab/wait.ts';
import { KEY, PRODUCTS, TIMEOUT_MS, TTL_SECONDS, stage, type Kind } from './stage.ts';

const TTL_MS = TTL_SECONDS * 1_000;
const MINE = { kind: 'mine' };
const OTHER = { kind: 'other', by: 'n2' };
const valueOf = (node: string): string => JSON.stringify({ node });

for (const kind of Object.keys(PRODUCTS) as Kind[]) {
  const { begin, keep, lock, end } = PRODUCTS[kind];
  const contract = (
    name: string,
    body: (s: Awaited<ReturnType<typeof stage<Kind>>>) => Promise<void>,
  ): void => {
    test(`arbiter contract, ${kind}: ${name}`, async (t) => body(await stage(t, kind)));
  };

  contract('a free lock is taken for a TTL from now', async ({ model, clock, open }) => {
    clock.goOn(5_000);
    assert.deepEqual(await (await open('n1')).take('web'), MINE);
    assert.deepEqual([model.valueOf(KEY), model.endOf(KEY)], [valueOf('n1'), 5_000 + TTL_MS]);
  });

  contract('taken again it lasts a TTL from then', async ({ model, clock, open }) => {
    const n1 = await open('n1');
    await n1.take('web');
    clock.goOn(TTL_MS - 1);
    assert.deepEqual(await n1.take('web'), MINE);
    assert.equal(model.endOf(KEY), TTL_MS - 1 + TTL_MS);
  });

  contract("another's lock is its own up to its last moment, then free", async ({ clock, open }) => {
    const [n1, n2] = [await open('n1'), await open('n2')];
    await n2.take('web');
    clock.goOn(TTL_MS - 1);
    assert.deepEqual(await n1.take('web'), OTHER);
    clock.goOn(1);
    assert.deepEqual(await n1.take('web'), MINE);
    assert.deepEqual(await n2.take('web'), { kind: 'other', by: 'n1' });
  });

  contract('each group has a lock of its own', async ({ open }) => {
    const [n1, n2] = [await open('n1'), await open('n2')];
    assert.deepEqual([await n1.take('web'), await n2.take('db')], [MINE, MINE]);
    assert.deepEqual([await n1.take('db'), await n2.take('web')], [OTHER, { kind: 'other', by: 'n1' }]);
  });

  contract(
    'what a dead process of this node held is taken on, with a TTL of its own',
    async ({ model, clock, open }) => {
      const dead = await open('n1');
      await dead.take('web');
      await dead.close();
      clock.goOn(TTL_MS - 1);
      assert.deepEqual(await (await open('n1')).take('web'), MINE);
      clock.goOn(1); // what the dead process had ends here
      assert.deepEqual([model.valueOf(KEY), model.endOf(KEY)], [valueOf('n1'), 2 * TTL_MS - 1]);
    },
  );

  contract('a lock that expired between two takes is taken anew', async ({ model, clock, open }) => {
    const n1 = await open('n1');
    await n1.take('web');
    clock.goOn(TTL_MS);
    assert.equal(model.valueOf(KEY), undefined);
    assert.deepEqual(await n1.take('web'), MINE);
    assert.equal(model.endOf(KEY), 2 * TTL_MS);
  });

  contract('a lock that expired and went to another is the other one’s', async ({ clock, open }) => {
    const [n1, n2] = [await open('n1'), await open('n2')];
    await n1.take('web');
    clock.goOn(TTL_MS);
    await n2.take('web');
    assert.deepEqual(await n1.take('web'), OTHER);
  });

  contract('what expires within a take is not called ours', async ({ model, http, open }) => {
    const n1 = await open('n1');
    await n1.take('web');
    http.trouble(keep, { when: 'after', work: () => model.expireAll() });
    assert.equal((await n1.take('web')).kind, 'unknown');
    assert.deepEqual(await n1.take('web'), MINE);
  });

  contract(
    'kept alive, but the key went to another meanwhile: the other one’s',
    async ({ model, http, open }) => {
      const n1 = await open('n1');
      await n1.take('web');
      http.trouble(keep, {
        when: 'after',
        work: () => {
          model.remove(KEY);
          model.put(KEY, valueOf('n2'));
        },
      });
      assert.deepEqual(await n1.take('web'), OTHER);
    },
  );

  contract('kept alive, but somebody removed the key: taken anew', async ({ model, open }) => {
    const n1 = await open('n1');
    await n1.take('web');
    model.remove(KEY);
    assert.deepEqual(await n1.take('web'), MINE);
    assert.equal(model.endOf(KEY), TTL_MS);
  });

  contract('a key that is not a lock of ours is nobody’s that can be named', async ({ model, open }) => {
    model.put(KEY, 'something else');
    assert.deepEqual(await (await open('n1')).take('web'), {
      kind: 'unknown',
      text: 'the value of the lock is not one of sealbeat',
    });
    assert.equal(model.valueOf(KEY), 'something else');
  });

  contract('given, it is free at once', async ({ model, open }) => {
    const [n1, n2] = [await open('n1'), await open('n2')];
    await n1.take('web');
    await n1.give('web');
    assert.equal(model.valueOf(KEY), undefined);
    assert.deepEqual(await n2.take('web'), MINE);
  });

  contract('what another holds is not given, and what was never taken neither', async ({ model, open }) => {
    const [n1, n2] = [await open('n1'), await open('n2')];
    await n1.give('web');
    await n2.take('web');
    await n1.take('web');
    await n1.give('web');
    assert.equal(model.valueOf(KEY), valueOf('n2'));
  });

  contract('what a dead process of this node held can be given', async ({ model, open }) => {
    await (await open('n1')).take('web');
    await (await open('n1')).give('web');
    assert.equal(model.valueOf(KEY), undefined);
  });

  contract(
    'closing leaves the lock, ends what is under way, and keeps no connection',
    async ({ model, http, open }) => {
      const n1 = await open('n1');
      await n1.take('web');
      http.trouble(keep, { when: 'before', answer: 'silence' });
      const under = n1.take('web');
      await until('the question', 5_000, () => http.asked.some((path) => path.startsWith(keep)));
      await n1.close();
      assert.equal((await under).kind, 'unknown');
      assert.deepEqual(await n1.take('web'), { kind: 'unknown', text: 'closed' });
      assert.equal(model.valueOf(KEY), valueOf('n1'));
      await until('no connection', 5_000, async () => (await http.connections) === 0);
    },
  );

  contract(
    'without an answer it is unknown at the timeout, and the next take finds out',
    async ({ model, http, open, runOut }) => {
      const n1 = await open('n1');
      http.trouble(lock, { when: 'after', answer: 'silence' });
      const asked = n1.take('web');
      await runOut(lock);
      assert.deepEqual(await asked, {
        kind: 'unknown',
        text: `${new URL(http.url).host}: no answer in time`,
      });
      assert.equal(model.valueOf(KEY), valueOf('n1'));
      assert.deepEqual(await n1.take('web'), MINE);
    },
  );

  contract(
    'a take that arrives after the give that followed it holds nothing',
    async ({ model, http, open, runOut }) => {
      const n1 = await open('n1');
      http.delay(lock);
      const asked = n1.take('web');
      await runOut(lock);
      assert.equal((await asked).kind, 'unknown');
      await n1.give('web');
      http.deliver();
      assert.equal(model.valueOf(KEY), undefined);
    },
  );

  contract(
    'a give that arrives after the take that followed it ends nothing',
    async ({ model, http, open, runOut }) => {
      const n1 = await open('n1');
      await n1.take('web');
      http.delay(end);
      const given = n1.give('web');
      await runOut(end);
      await given;
      assert.deepEqual(await n1.take('web'), MINE);
      http.deliver();
      assert.equal(model.valueOf(KEY), valueOf('n1'));
      assert.deepEqual(await n1.take('web'), MINE);
    },
  );

  contract('two takes of a group do not overlap, those of two groups do', async ({ http, open }) => {
    const n1 = await open('n1');
    await Promise.all([n1.take('web'), n1.take('web')]);
    const keeps = http.asked.map((path) => [begin, keep, lock].find((each) => path.startsWith(each)));
    assert.deepEqual(keeps, [begin, lock, keep, lock]);
    http.asked.length = 0;
    http.trouble(keep, { when: 'before', answer: 'silence' });
    void n1.take('web');
    assert.deepEqual(await n1.take('db'), MINE);
  });

  contract(
    'the time of a call that waits for its turn runs from the call',
    async ({ clock, http, open, runOut }) => {
      const n1 = await open('n1');
      http.trouble(begin, { when: 'before', answer: 'silence' });
      const both = [n1.take('web'), n1.take('web')];
      await runOut(begin);
      assert.equal(clock.nowMs(), TIMEOUT_MS);
      assert.deepEqual(
        (await Promise.all(both)).map((each) => each.kind),
        ['unknown', 'unknown'],
      );
      assert.equal(http.asked.length, 1);
    },
  );

  const oddAnswers: readonly { name: string; status: number; body: unknown; text: RegExp }[] = [
    { name: '503', status: 503, body: 'no leader', text: / answers 503 no leader$/ },
    { name: 'no JSON', status: 200, body: '<html>', text: / answers 200 <html>$/ },
    { name: 'an empty answer', status: 200, body: '', text: / answers 200 $/ },
    { name: 'JSON of another kind', status: 200, body: {}, text: /makes no sense$/ },
    { name: 'a list of nothing', status: 200, body: [], text: /makes no sense$/ },
    { name: 'null', status: 200, body: null, text: /makes no sense$/ },
    { name: 'a redirect', status: 302, body: {}, text: / answers 302/ },
    { name: 'a control character', status: 400, body: 'a\u001b[31mb', text: / answers 400 a \[31mb$/ },
    {
      name: 'more than 64 KiB',
      status: 200,
      body: ' '.repeat(64 * 1024 + 1),
      text: /answers with more than 64 KiB$/,
    },
  ];
  for (const { name, status, body, text } of oddAnswers) {
    for (const [step, path] of Object.entries({ begin, keep, lock })) {
      contract(`${name} at "${step}" is unknown, and the next take is not`, async ({ http, open }) => {
        const n1 = await open('n1');
        if (path === keep) await n1.take('web');
        http.trouble(path, { when: 'before', answer: { status, body } });
        const answer = await n1.take('web');
        assert.equal(answer.kind, 'unknown');
        assert.match(answer.kind === 'unknown' ? answer.text : '', text);
        assert.deepEqual(await n1.take('web'), MINE);
      });
    }
  }

  contract('whoever hangs up has not answered', async ({ http, open }) => {
    http.trouble(lock, { when: 'after', answer: 'hang up' });
    const n1 = await open('n1');
    const text = `${new URL(http.url).host}: hung up without an answer`;
    assert.deepEqual(await n1.take('web'), { kind: 'unknown', text });
    assert.deepEqual(await n1.take('web'), MINE);
  });

  contract('a give without an answer is done at the timeout', async ({ http, open, runOut }) => {
    const n1 = await open('n1');
    await n1.take('web');
    http.trouble(end, { when: 'before', answer: 'silence' });
    const given = n1.give('web');
    await runOut(end);
    await given;
  });
}
