import { OperatorError } from '../../core/errors.ts';
import type { Vip } from '../../core/ports.ts';
import { vipText } from '../address.ts';
import type { Failure } from './acts.ts';
import type { AddressTools } from './tools.ts';

/* What a look after a change showed, as a sentence: the tool's own word where there is one. */

export function notThere(vip: Vip, failure: Failure | undefined, tools: AddressTools): OperatorError {
  if (failure !== undefined) return tools.failed(failure.command, failure.ran);
  return new OperatorError('VIP_FAILED', `${vipText(vip)}: added without an error, and it is not there`, {
    hint: watchHint(vip, tools),
  });
}

export function stillThere(vip: Vip, failure: Failure | undefined, tools: AddressTools): OperatorError {
  if (failure !== undefined) return tools.failed(failure.command, failure.ran);
  return new OperatorError('VIP_FAILED', `${vipText(vip)}: removed, and there again`, {
    hint: watchHint(vip, tools),
  });
}

export function isDuplicate(vip: Vip): OperatorError {
  return new OperatorError(
    'VIP_FAILED',
    `${vipText(vip)}: another host still answers for it (duplicate address)`,
    {
      hint: `find the host that holds it: \`arp -n ${vip.address}\` or \`ndp -n ${vip.address}\` on a third host, and look there`,
    },
  );
}

export function notUsable(
  vip: Vip,
  state: 'tentative' | 'inaccessible' | 'down',
  tools: AddressTools,
): OperatorError {
  switch (state) {
    case 'tentative':
      return new OperatorError('VIP_FAILED', `${vipText(vip)}: the kernel is still probing for duplicates`, {
        hint: tools.hints.tentative(vip),
      });
    case 'inaccessible':
      return new OperatorError(
        'VIP_FAILED',
        `${vipText(vip)}: added, and the kernel sees no carrier for it`,
        {
          hint: `see the cable and the switch port of ${vip.link}`,
        },
      );
    case 'down':
      return new OperatorError('VIP_FAILED', `${vipText(vip)}: added, and the kernel keeps it switched off`, {
        hint: watchHint(vip, tools),
      });
  }
}

export function firedMeanwhile(vips: readonly Vip[]): OperatorError {
  return new OperatorError(
    'VIP_FAILED',
    `${vips.map(vipText).join(', ')}: not renewed within its lease, so that the guard has taken it down`,
    { hint: 'see whether this host was asleep or starved: `sealbeat events`' },
  );
}

const watchHint = ({ link }: Vip, { monitor }: AddressTools): string =>
  `see who else changes addresses of ${link}: \`${monitor.join(' ')}\``;
