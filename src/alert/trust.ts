import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';

/**
 * Whom to trust: an operator's own authorities where he names some, else those of the system, where he may have added
 * some, and the list that comes with Node only where the system has none.
 */
export function trusting(authorities: string | undefined): SecureContext {
  if (authorities !== undefined) return createSecureContext({ ca: authorities });
  const known = [...new Set(getCACertificates('system'))];
  return createSecureContext(known.length === 0 ? {} : { ca: known });
}
