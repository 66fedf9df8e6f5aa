import { OperatorError } from '../core/errors.ts';
import type { ListenSettings } from '../core/settings.ts';

/** Why the listener of "web" has no port, as an operator can put it right. */
export function listenProblem({ host, port }: ListenSettings, cause: NodeJS.ErrnoException): OperatorError {
  const where = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const of = (why: string, hint: string): OperatorError =>
    new OperatorError('PORT_TAKEN', `the listener cannot listen on ${where}: ${why}`, { hint, cause });
  switch (cause.code) {
    case 'EADDRINUSE':
      return of('another program has this port', 'choose another one with "listen" under "web"');
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
      return of(
        'this host has no such address now',
        'put "listen" under "web" right, or the address on the host',
      );
    case 'EACCES':
      return of('not permitted', 'ports below 1024 need root or CAP_NET_BIND_SERVICE');
    default:
      return of(cause.message, 'choose another place with "listen" under "web"');
  }
}
