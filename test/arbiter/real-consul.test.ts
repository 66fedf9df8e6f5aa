// Goal: what the model promises is what Consul does. Debian has no package of it, so this is for whoever has it installed.
import assert from 'node:assert/strict';
import { startProgram } from '../lab/program.ts';
import { until } from '../lab/wait.ts';
import { freePorts, productTest, realNodes } from './real-product.ts';

const MINE = { kind: 'mine' };
const OTHER = { kind: 'other', by: 'n1' };
const PORTS = ['http', 'dns', 'server', 'serf-lan', 'serf-wan', 'grpc', 'grpc-tls'];

productTest(
  'real Consul: taken, kept, refused, given, and taken on from a dead process',
  { tool: 'consul', mayBeMissing: true },
  async (t) => {
    const ports = await freePorts(PORTS.length);
    const program = startProgram({
      namespace: undefined,
      file: 'setpriv',
      args: [
        ...['--pdeathsig', 'KILL', 'consul', 'agent', '-dev', '-bind', '127.0.0.1', '-client', '127.0.0.1'],
        ...PORTS.flatMap((name, index) => [`-${name}-port`, `${ports[index]}`]),
      ],
    });
    t.after(() => program.stop(10_000));
    const url = `http://127.0.0.1:${ports[0]}`;
    const hasLeader = async (): Promise<boolean> => {
      if (!program.isRunning) throw new Error(`consul ended: ${program.output.slice(-2_000)}`);
      const answer = await fetch(`${url}/v1/status/leader`).catch(() => undefined);
      return answer?.status === 200 && (await answer.text()).length > 2;
    };
    await until('consul to have a leader', 30_000, hasLeader, () => program.output.slice(-2_000));

    const open = realNodes(t, 'consul', [url], {});
    const [n1, n2] = [await open('n1'), await open('n2')];
    assert.deepEqual([await n1.take('web'), await n1.take('web')], [MINE, MINE]);
    assert.deepEqual(await n2.take('web'), OTHER);
    await n2.give('web');
    await n1.close();
    const reborn = await open('n1');
    assert.deepEqual(await reborn.take('web'), MINE);
    assert.deepEqual(await n2.take('web'), OTHER);
    await reborn.give('web');
    assert.deepEqual(await n2.take('web'), MINE);
  },
);
