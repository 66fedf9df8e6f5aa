/** The VIPs that tests and measurements use unless they say otherwise. */
export const VIP4 = '10.77.0.100';
export const VIP6 = 'fd77::100';

/** Name of the client's namespace, and of its port at the switch. */
export const CLIENT = 'c';

/** `lan` is where the VIPs and the client are; `cross` is a second network between the hosts alone. */
export type Network = 'lan' | 'cross';

const number = (end: string): number => (end === CLIENT ? 9 : Number(end.slice(1)));

/** Own addresses of a host (`h1` to `h5`) or the client; the networks are /24 and /64. */
export const address4 = (end: string, network: Network = 'lan'): string =>
  `10.${network === 'lan' ? 77 : 78}.0.${number(end)}`;
export const address6 = (end: string, network: Network = 'lan'): string =>
  `fd${network === 'lan' ? 77 : 78}::${number(end)}`;
export const macOf = (end: string, network: Network = 'lan'): string =>
  `02:${network === 'lan' ? 77 : 78}:00:00:00:0${number(end)}`;

/** A host's interface on a network, and the switch's port for it. */
export const interfaceOn = (network: Network): string => (network === 'lan' ? 'eth0' : 'eth1');
export const portOf = (end: string, network: Network = 'lan'): string =>
  network === 'lan' ? end : `${end}-${network}`;
