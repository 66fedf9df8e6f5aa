import { OperatorError } from '../core/errors.ts';
import type { PathSettings } from '../core/settings.ts';
import { otherFamily, type Binding } from './bindings.ts';

type Transport = PathSettings['transport'];

/** What `ss` is asked for: sockets that listen, in numbers, with their programs. */
const SS_FLAGS: Readonly<Record<Transport, string>> = { udp: '-lunp', tcp: '-ltnp' };

/** Why a port cannot be listened on, as an operator can put it right. */
export function portProblem(
  transport: Transport,
  { host, port, family }: Binding,
  cause: NodeJS.ErrnoException,
): OperatorError {
  const where = `${transport.toUpperCase()} port ${port} on ${host}`;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new OperatorError('PORT_TAKEN', `${where} is in use by another program`, {
        hint: `see which with "ss ${SS_FLAGS[transport]} sport = :${port}"; is sealbeat running already?`,
        cause,
      });
    case 'EACCES':
      return new OperatorError('PORT_TAKEN', `cannot listen on ${where}: not permitted`, {
        hint: 'ports below 1024 need root or CAP_NET_BIND_SERVICE',
        cause,
      });
    case 'EAFNOSUPPORT':
      return new OperatorError('PORT_TAKEN', `cannot listen on ${where}: this host has no IPv${family}`, {
        hint: `give this node a path with an IPv${otherFamily(family)} address`,
        cause,
      });
    default:
      return new OperatorError('PORT_TAKEN', `cannot listen on ${where}: ${cause.message}`, {
        hint: 'choose another path for this node',
        cause,
      });
  }
}
