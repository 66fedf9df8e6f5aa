import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, OperatorError } from '../../src/core/errors.ts';
import type { Ran, Vip } from '../../src/core/ports.ts';
import { Died, type ModelAgent, type ModelStage, type Spoil } from './on-model.ts';

const LEASE_SECONDS = 30;
/** More commands than any of the stories below runs. */
const COMMANDS_MAX = 100;

/** What only a model of a host allows to be tried, on a new one for each row. On top of `contract`. */
export function modelContract(system: string, makeStage: () => ModelStage | Promise<ModelStage>): void {
  const row = (name: string, body: (stage: ModelStage) => Promise<void>) =>
    test(`vip contract on a model, ${system}: ${name}`, { timeout: 60_000 }, async () =>
      body(await makeStage()),
    );

  const stories: Readonly<Record<string, (agent: ModelAgent, stage: ModelStage) => Promise<unknown>>> = {
    'while it brings up': (agent, { vips }) => agent.up(vips, LEASE_SECONDS),
    'while it takes down': async (agent, { vips }) => {
      await agent.up(vips, LEASE_SECONDS);
      await agent.down(vips);
    },
    'while it puts back': async (agent, { vips, takeAway }) => {
      await agent.up(vips, LEASE_SECONDS);
      await takeAway(vips[0]);
      await agent.look(vips);
      await agent.renew(vips, LEASE_SECONDS);
    },
    'while it leaves': async (agent, { vips }) => {
      await agent.up(vips, LEASE_SECONDS);
      await agent.leave(vips, LEASE_SECONDS);
    },
  };
  for (const [when, story] of Object.entries(stories))
    for (const guardDies of [false, true])
      row(`killed ${when}${guardDies ? ', and its guard too' : ''}, at every step`, async () => {
        for (const moment of ['dies before', 'dies after'] as const)
          for (let at = 1; ; at += 1) {
            const stage = await makeStage();
            const others = stage.others();
            const spoil: Spoil = (_, count) => (count === at ? moment : undefined);
            if (!(await diesIn(story, stage, stage.agentThat(spoil, { guardDies })))) break;
            assert.ok(at < COMMANDS_MAX);
            await endsRight(stage, `${moment} ${at}`);
            assert.deepEqual(stage.others(), others, `${moment} ${at}`);
          }
      });

  /** The one that comes after a crash looks, may take over, and lets go. */
  const endsRight = async ({ agent, vips }: ModelStage, when: string): Promise<void> => {
    await agent.look(vips);
    await agent.down(vips);
    assert.deepEqual(await agent.look(vips), [], when);
    await agent.up(vips, LEASE_SECONDS);
    assert.deepEqual(await agent.look(vips), vips, when);
    await agent.down(vips);
    assert.deepEqual(await agent.look(vips), [], when);
  };

  row('what a dead agent and its dead guard left is taken over', async ({ agent, agentThat, vips }) => {
    const dead = agentThat(() => undefined, { guardDies: true });
    await dead.up(vips, 0);
    await dead.kill();
    assert.deepEqual(await agent.look(vips), vips);
    await agent.up(vips, LEASE_SECONDS);
    assert.deepEqual(await agent.look(vips), vips);
    await agent.kill();
    const next = agent.another();
    assert.deepEqual(await next.look(vips), []);
  });

  row('another address of the same subnet is left alone', async (stage) => {
    const { agent, vips, addByHand, takeAway } = stage;
    const own = [
      { ...vips[0], address: '10.77.0.50' },
      { ...vips[1], address: 'fd77::50' },
    ];
    for (const vip of own) await addByHand(vip);
    const before = stage.others();
    await agent.up(vips, LEASE_SECONDS);
    await takeAway(vips[0]);
    await agent.look(vips);
    await agent.renew(vips, LEASE_SECONDS);
    await agent.down(vips);
    assert.deepEqual(await agent.look(vips), []);
    assert.deepEqual(stage.others(), before);
    assert.ok(before.some((text) => text.includes('10.77.0.50/32')));
  });

  row('the same address with another length is the host its own', async (stage) => {
    const { agent, agentThat, vips, addByHand } = stage;
    const [vip] = vips;
    const own: Vip = { ...vip, prefixLength: 24 };
    await addByHand(own);
    await assert.rejects(agent.up([vip], LEASE_SECONDS), {
      code: 'VIP_FAILED',
      message: /10\.77\.0\.100\/24 on \S+ is an address of this host itself/,
    });
    assert.deepEqual(await agent.look([vip]), []);
    await agent.down([vip]);
    await agent.kill();
    await stage.pass(1_000);
    assert.notEqual(await lookAs(agentThat(), own), 'absent', 'it is still there');
  });

  row('the first address of the host is never taken for a VIP', async (stage) => {
    const before = stage.others();
    const first: Vip = { ...stage.vips[0], address: '10.77.0.1', prefixLength: 24 };
    const refusal = {
      code: 'VIP_FAILED',
      message: /10\.77\.0\.1\/24 on \S+ is an address of this host itself/,
    };
    await assert.rejects(stage.agent.up([first], LEASE_SECONDS), refusal);
    await assert.rejects(stage.agent.down([first]), refusal);
    await assert.rejects(stage.agent.look([first]), refusal);
    await stage.agent.kill();
    await stage.pass(1_000);
    assert.deepEqual(stage.others(), before);
  });

  const unknowns: readonly (readonly [string, (stage: ModelStage) => Partial<Ran>, ErrorCode])[] = [
    ['the tool is missing', () => ({ missing: true, exitCode: -1 }), 'TOOL_MISSING'],
    ['it takes too long', () => ({ timedOut: true, exitCode: -1 }), 'TOOL_TIMEOUT'],
    ['it is killed', () => ({ exitCode: -1 }), 'VIP_UNKNOWN'],
    ['it prints garbage', () => ({ stdout: 'Segmentation fault\n' }), 'VIP_UNKNOWN'],
    ['it prints nothing', () => ({ stdout: '' }), 'VIP_UNKNOWN'],
    ['it may not', ({ denied }) => denied, 'VIP_DENIED'],
  ];
  for (const [name, ran, code] of unknowns)
    row(`a look that cannot tell is an error and no "no": ${name}`, async (stage) => {
      let isSpoilt = false;
      const { vips, agentThat } = stage;
      const agent = agentThat(() => (isSpoilt ? ran(stage) : undefined));
      await agent.up(vips, LEASE_SECONDS);
      isSpoilt = true;
      await assert.rejects(agent.look(vips), { name: 'OperatorError', code });
      await assert.rejects(agent.down(vips), { name: 'OperatorError', code });
      await assert.rejects(agent.leave(vips, LEASE_SECONDS), { name: 'OperatorError', code });
      isSpoilt = false;
      assert.deepEqual(await agent.look(vips), vips);
      await agent.down(vips);
    });

  row('one VIP that is refused: the other is not kept', async ({ agentThat, vips, others }) => {
    const before = others();
    const agent = agentThat((argv) =>
      isAbout(vips[1], argv) ? { exitCode: 1, stderr: 'ifconfig: something odd\n' } : undefined,
    );
    await assert.rejects(agent.up(vips, LEASE_SECONDS), (error) => error instanceof OperatorError);
    assert.deepEqual(await agent.look(vips), []);
    assert.deepEqual(others(), before);
    assert.deepEqual(agent.problems, []);
  });
}

async function diesIn(
  story: (agent: ModelAgent, stage: ModelStage) => Promise<unknown>,
  stage: ModelStage,
  agent: ModelAgent,
): Promise<boolean> {
  try {
    await story(agent, stage);
    return false;
  } catch (error) {
    if (!(error instanceof Died)) throw error;
    await stage.pass(1_000);
    return true;
  }
}

/** An address with the length of a subnet is foreign to an agent that has not added it, and it says so. */
async function lookAs(agent: ModelAgent, own: Vip): Promise<'foreign' | 'absent'> {
  try {
    assert.deepEqual(await agent.look([own]), []);
    return 'absent';
  } catch (error) {
    assert.ok(error instanceof OperatorError && /address of this host itself/.test(error.message));
    return 'foreign';
  }
}

/** A command that changes this VIP: looks name only the interface. */
const isAbout = ({ address, prefixLength }: Vip, argv: readonly string[]): boolean =>
  argv.some((word) => word === address || word === `${address}/${prefixLength}`);
