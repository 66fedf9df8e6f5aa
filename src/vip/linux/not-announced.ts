import { OperatorError } from '../../core/errors.ts';
import { type Vip } from '../../core/ports.ts';
import { NDPTOOL } from './unsolicited-na.ts';

/* What went wrong with an announcement, as a sentence. */

export function notAnnounced(
  { address, link }: Vip,
  file: string,
  exitCode: number,
  stderr: string,
): OperatorError {
  const said = stderr.trim().split('\n')[0] ?? '';
  const message = `announcing ${address} on ${link}: ${said === '' ? `${file} ended with ${exitCode}` : said}`;
  if (/Operation not permitted|CAP_NET_RAW|Permission denied/.test(stderr)) {
    return new OperatorError('VIP_DENIED', message, {
      hint: 'run as root or grant CAP_NET_RAW (ambient), or use announce: { method: same-mac }',
    });
  }
  return new OperatorError('VIP_FAILED', message, {
    hint: 'run the command by hand; `sealbeat check --plan` prints it',
  });
}

export function toolMissing(tool: string): OperatorError {
  return new OperatorError('TOOL_MISSING', `announcing: ${tool} is not installed`, {
    hint: `install ${tool === NDPTOOL ? 'ndptool (Debian: libndp-tools)' : 'arping (Debian: iputils-arping)'}, or use announce: { method: auto }`,
  });
}

export function notSent(link: string, count: number): OperatorError {
  const message = `announcing on ${link}: the kernel was told to announce ${count} addresses, and has not sent as many packets`;
  return new OperatorError('VIP_FAILED', message, {
    hint: `see the interface's counts: \`ip -s link show dev ${link}\`; announce: { method: arping } does it another way`,
  });
}
