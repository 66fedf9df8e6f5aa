/** The VIPs that tests and measurements use unless they say otherwise. */
export const VIP4 = '10.77.0.100';
export const VIP6 = 'fd77::100';

/** Name of the client's namespace, and of its port at the switch. */
export const CLIENT = 'c';

const number = (end: string): number => (end === CLIENT ? 9 : Number(end.slice(1)));

/** Own addresses of a host (`h1` to `h3`) or the client; the networks are /24 and /64. */
export const address4 = (end: string): string => `10.77.0.${number(end)}`;
export const address6 = (end: string): string => `fd77::${number(end)}`;
export const macOf = (end: string): string => `02:77:00:00:00:0${number(end)}`;
