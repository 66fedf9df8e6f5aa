import { OperatorError } from '../../core/errors.ts';
import { type Vip } from '../../core/ports.ts';
import { vipText } from '../address.ts';
import { ipFailed, ipFailure } from './ip-failed.ts';
import { type LineFailure } from './ip-program.ts';

/* What a look after a change showed, as a sentence: the kernel's own word where there is one. */

export function notThere(vip: Vip, failures: readonly LineFailure[]): OperatorError {
  const failure =
    failures.find(({ line }) => line.includes(` ${vip.address}/${vip.prefixLength} `)) ?? failures[0];
  if (failure !== undefined) return ipFailed(failure.line, failure.text);
  return new OperatorError(
    'VIP_FAILED',
    `${vipText(vip)}: ip reported success, but the address is not as asked for`,
    {
      hint: `see who else changes addresses of ${vip.link}: \`ip monitor address\``,
    },
  );
}

export function stillThere(vip: Vip, failures: readonly LineFailure[]): OperatorError {
  const failure = failures.find(({ text }) => ipFailure(text) !== 'absent');
  if (failure !== undefined) return ipFailed(failure.line, failure.text);
  return new OperatorError('VIP_FAILED', `${vipText(vip)}: deleted, and there again`, {
    hint: `see who else adds addresses to ${vip.link}: \`ip monitor address\``,
  });
}

export function dadFailed(vip: Vip): OperatorError {
  return new OperatorError(
    'VIP_FAILED',
    `${vipText(vip)}: another host answered for it (duplicate address)`,
    {
      hint: 'find the host that still holds it',
    },
  );
}

export function stillTentative(vip: Vip): OperatorError {
  return new OperatorError('VIP_FAILED', `${vipText(vip)}: the kernel is still probing for duplicates`, {
    hint: `sysctl -w net.ipv6.conf.${vip.link}.accept_dad=0 net.ipv6.conf.all.accept_dad=0`,
  });
}
