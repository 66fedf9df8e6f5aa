import { printable } from '../system/printable.ts';
import type { CliHost } from './host.ts';

export interface OrderOptions {
  readonly control: string;
  readonly json?: boolean;
}

/** Gives the daemon an order and prints its answer. Throws OperatorError with the daemon's own refusal. */
export async function printAnswer(
  host: Pick<CliHost, 'out'>,
  { control, json = false }: OrderOptions,
  path: string,
  body?: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { sendOrder } = await import('../control/client.ts');
  const answer = await sendOrder(control, path, body);
  host.out(json ? JSON.stringify(answer) : answer.text.split('\n').map(printable).join('\n'));
}
