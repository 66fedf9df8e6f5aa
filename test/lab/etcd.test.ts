import assert from 'node:assert/strict';
import { startEtcd } from './etcd.ts';
import { address4 } from './addresses.ts';
import { hasTool, runTool } from './host-tool.ts';
import { Lab } from './lab.ts';
import { labTest } from './requirement.ts';
import { until } from './wait.ts';

const HOSTS = ['h1', 'h2', 'h3'];

labTest(
  'lab: etcd on three hosts outlives one of them, and one that is cut off agrees on nothing',
  90_000,
  async (t) => {
    if (!hasTool('etcd')) {
      if (process.env['CI'] === 'true') throw new Error('may not be skipped in CI: `etcd` is not installed');
      return t.skip('`etcd` is not installed');
    }
    const lab = await Lab.create({ hosts: HOSTS });
    t.after(() => lab.dispose());
    const members = HOSTS.map((name) => ({ name, namespace: lab.namespace(name), address: address4(name) }));
    const etcd = await startEtcd({ members, folder: lab.folder });
    t.after(() => etcd.dispose());
    assert.deepEqual(etcd.endpoints, [
      'http://10.77.0.1:2379',
      'http://10.77.0.2:2379',
      'http://10.77.0.3:2379',
    ]);
    const isHealthy = (host: string): boolean =>
      askFrom(lab.namespace(host), `http://${address4(host)}:2379/health`).includes('"health":"true"');
    await until('all to be healthy', 20_000, () => HOSTS.every(isHealthy));

    await etcd.kill('h1');
    await until('the others to be healthy', 20_000, () => isHealthy('h2') && isHealthy('h3'));
    await etcd.start('h1');
    lab.faults.unplug('h3');
    await until('the one that is cut off to notice', 20_000, () => !isHealthy('h3'));
    await until('the others to be healthy', 20_000, () => isHealthy('h1') && isHealthy('h2'));
    lab.faults.plugIn('h3');
    await until('all to be healthy', 20_000, () => HOSTS.every(isHealthy));

    await etcd.stop('h2');
    assert.equal(etcd.programOf('h2').isRunning, false);
  },
);

/** What a GET from inside a namespace is answered; empty for nothing. */
function askFrom(namespace: string, url: string): string {
  const script = `fetch(process.argv[1], { signal: AbortSignal.timeout(2000) }).then((answer) => answer.text()).then((text) => console.log(text), () => 0)`;
  return runTool('ip', ['netns', 'exec', namespace, process.execPath, '-e', script, url]);
}
