import type { Errand, Vip } from '../../core/ports.ts';

/**
 * What an operator's program is told beside its arguments. The guard, which runs it when nobody is left to ask, knows
 * only what stays the same as long as the VIP does.
 */
export const lastingEnvironment = (
  { address, prefixLength, link }: Vip,
  { group, node }: Pick<Errand, 'group' | 'node'>,
): Readonly<Record<string, string>> => ({
  SEALBEAT_GROUP: group,
  SEALBEAT_NODE: node,
  SEALBEAT_INTERFACE: link,
  SEALBEAT_ADDRESS: address,
  SEALBEAT_PREFIX_LENGTH: String(prefixLength),
});

/** `vips` are all that are moved together. */
export const environmentOf = (
  vip: Vip,
  vips: readonly Vip[],
  errand: Errand,
): Readonly<Record<string, string>> => ({
  ...lastingEnvironment(vip, errand),
  SEALBEAT_EPOCH: String(errand.epoch),
  SEALBEAT_ROLE: errand.role,
  SEALBEAT_PEER: errand.peer,
  SEALBEAT_CAUSE: errand.cause,
  SEALBEAT_VIPS: vips
    .map(({ address, prefixLength, link }) => `${address}/${prefixLength}@${link}`)
    .join(' '),
});
