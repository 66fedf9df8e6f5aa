import { parseIpAddress } from '../config/ip-address.ts';
import { parsePathUrl } from '../config/path-url.ts';

/** In the one way to write it, if heartbeats may be sent there. */
export function pathAddress(text: string | undefined): string | undefined {
  const address = parseIpAddress(text ?? '');
  if (!address) return undefined;
  const url = address.family === 6 ? `udp://[${address.text}]` : `udp://${address.text}`;
  return 'value' in parsePathUrl(url) ? address.text : undefined;
}
