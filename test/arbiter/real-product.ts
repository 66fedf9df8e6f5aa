import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { openArbiter } from '../../src/arbiter/open.ts';
import type { Arbiter, LockAnswer } from '../../src/core/ports.ts';
import type { ArbiterSettings } from '../../src/core/settings.ts';
import { systemClock } from '../../src/system/clock.ts';
import { hasTool } from '../lab/host-tool.ts';
import { until } from '../lab/wait.ts';
import { settingsFor, type Kind } from './stage.ts';

/** TCP ports of loopback that nobody uses. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => server.listening || once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A test that needs a program: skipped with the reason where it is missing, a failure in CI unless it `mayBeMissing`. */
export function productTest(
  name: string,
  { tool, mayBeMissing = false }: { tool: string; mayBeMissing?: boolean },
  body: (t: TestContext) => Promise<void>,
): void {
  test(name, { timeout: 90_000 }, async (t) => {
    if (hasTool(tool)) return await body(t);
    const problem = `\`${tool}\` is not installed`;
    if (process.env['CI'] === 'true' && !mayBeMissing) {
      throw new Error(`this test may not be skipped in CI: ${problem}`);
    }
    return t.skip(mayBeMissing ? `${problem}; only its model was asked` : problem);
  });
}

/** Processes of nodes that ask a real product; they are closed with the test. */
export function realNodes(
  t: TestContext,
  kind: Kind,
  endpoints: readonly string[],
  more: Partial<ArbiterSettings>,
) {
  return async (node: string, own: Partial<ArbiterSettings> = {}): Promise<Arbiter> => {
    const settings = settingsFor(kind, endpoints, { ...more, ...own });
    const arbiter = await openArbiter(settings, { cluster: 'prod', node, clock: systemClock });
    t.after(() => arbiter.close());
    return arbiter;
  };
}

/** Asks until the answer is of the kind. */
export async function untilTaken(arbiter: Arbiter, kind: LockAnswer['kind'], boundMs: number): Promise<void> {
  let last: LockAnswer | undefined;
  await until(
    `a take to be "${kind}"`,
    boundMs,
    async () => {
      last = await arbiter.take('web');
      return last.kind === kind;
    },
    () => JSON.stringify(last),
  );
}
