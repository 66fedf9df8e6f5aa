import { connect } from 'node:net';
import type { ProbeSettings } from '../core/settings.ts';
import type { Addresses } from './addresses.ts';
import type { Question } from './question.ts';
import { whatWentWrong } from './words.ts';

type TcpProbe = Extract<ProbeSettings, { readonly port: number }>;

const BANNER = 'SSH-';

/**
 * A kernel accepts connections for a program that hangs, and for a host whose disks are gone. Only a banner shows that
 * a program still runs; its first bytes decide, so nothing more is waited for.
 */
export async function askTcp(
  { kind, host, port }: TcpProbe,
  addresses: Addresses,
  question: Question,
): Promise<void> {
  const lookup = await addresses.find(host, question);
  if (lookup === undefined) return;
  const socket = connect({ host, port, lookup });
  question.onEnd(() => socket.destroy());
  socket.on('error', (error) => question.answer(false, whatWentWrong(error)));
  socket.on('connect', () => {
    if (kind === 'tcp') question.answer(true, 'connected');
    else question.awaits('connected, but no banner');
  });
  if (kind === 'tcp') return;
  let begun = '';
  socket.on('data', (chunk) => {
    begun += chunk.toString('latin1', 0, BANNER.length);
    if (begun.startsWith(BANNER)) question.answer(true, 'SSH answered');
    else if (!BANNER.startsWith(begun)) question.answer(false, 'banner is not SSH');
  });
  socket.on('close', () => question.answer(false, 'closed without a banner'));
}
