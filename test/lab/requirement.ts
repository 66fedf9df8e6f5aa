import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { hasTool } from './host-tool.ts';

/** Why no lab can be made here that needs these tools too, as a sentence; undefined when one can. */
export function labProblem(tools: readonly string[] = []): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  for (const tool of ['ip', 'nft', ...tools]) if (!hasTool(tool)) return `\`${tool}\` is not installed`;
  return undefined;
}

/** A test that needs a lab: skipped with the reason where none can be made, a failure in CI, where one must be. */
export function labTest(
  name: string,
  timeoutMs: number,
  body: (context: TestContext) => Promise<void>,
  tools: readonly string[] = [],
): void {
  test(name, { timeout: timeoutMs }, async (context) => {
    const problem = labProblem(tools);
    if (problem === undefined) return await body(context);
    if (process.env['CI'] === 'true') throw new Error(`this test may not be skipped in CI: ${problem}`);
    return context.skip(problem);
  });
}
