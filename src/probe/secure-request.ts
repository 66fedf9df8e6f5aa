import { request, type RequestOptions } from 'node:https';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { Request } from './http.ts';

/** PEM certificates that are trusted to sign others. */
export type Authorities = () => readonly string[];

/** The system lists each certificate by name and by hash, and often in one big file as well. */
const systemAuthorities: Authorities = () => [...new Set(getCACertificates('system'))];

/**
 * A request that trusts the authorities of the system, where an operator adds his own, and not the list that comes with
 * Node; that one only where the system has none. The trust is set up once, because that takes tens of milliseconds.
 */
export function newSecureRequest(authorities: Authorities = systemAuthorities): Request {
  const trusted = authorities();
  const secureContext = createSecureContext(trusted.length === 0 ? {} : { ca: [...trusted] });
  return (target, options) => {
    const trusting: RequestOptions & { secureContext: SecureContext } = { ...options, secureContext };
    return request(target, trusting);
  };
}
