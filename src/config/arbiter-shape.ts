import * as z from 'zod/mini';
import { MINUTE_MS, SECOND_MS } from '../core/units.ts';
import { parseEndpoint } from './endpoint-url.ts';
import { absoluteFile } from './file-shape.ts';
import { described, duration, list, mapping, must, seconds, textAs } from './value-shapes.ts';

const ENDPOINTS_MAX = 5;

const endpoints = (port: number) => {
  const what = `a URL such as http://127.0.0.1:${port}`;
  const one = textAs(what, '^https?://.', (text) => parseEndpoint(text, port));
  const several = list(one, 'endpoints', ENDPOINTS_MAX);
  return z.pipe(
    z.union([one, several], { error: must(`${what}, or a list of them`) }),
    z.transform((written): readonly string[] => (typeof written === 'string' ? [written] : written)),
  );
};

const file = () => absoluteFile('arbiter.pem');

export const arbiterShape = mapping({
  etcd: described(
    z.optional(endpoints(2379)),
    'One or up to five members of an etcd cluster, of which one that answers is enough. Instead of `consul`.',
    { examples: [['http://10.0.0.7:2379', 'http://10.0.0.8:2379', 'http://10.0.0.9:2379']] },
  ),
  consul: described(
    z.optional(endpoints(8500)),
    'One or up to five Consul agents, of which one that answers is enough. Instead of `etcd`.',
    { examples: ['http://127.0.0.1:8500'] },
  ),
  ttl: described(
    z.prefault(
      seconds({ minMs: 5 * SECOND_MS, maxMs: MINUTE_MS, off: false, why: ', in which locks are counted' }),
      '10s',
    ),
    'How long a lock lasts that its holder no longer renews, and so how long a takeover from a dead node waits. Whole seconds, 5s to 1m (Consul: 10s to 1m), at least lease + 3.2s.',
  ),
  timeout: described(
    z.prefault(duration({ minMs: 10, maxMs: 20 * SECOND_MS }), '1s'),
    'How long an endpoint may take to answer. 10ms to a third of `ttl`.',
  ),
  ca: described(
    z.optional(file()),
    "A PEM file with the authorities that may sign the endpoints' certificates. Default: those of the system.",
    { examples: ['/etc/sealbeat/arbiter-ca.pem'] },
  ),
  cert: described(
    z.optional(file()),
    'A PEM file with the certificate of this cluster, if the endpoints want one; with `key`. Default: none.',
    { examples: ['/etc/sealbeat/arbiter-cert.pem'] },
  ),
  key: described(z.optional(file()), 'A PEM file with the private key of `cert`. Default: none.', {
    examples: ['/etc/sealbeat/arbiter-key.pem'],
  }),
  credential: described(
    z.optional(file()),
    'A file with USER:PASSWORD for etcd, or with an ACL token for Consul. Default: none is sent.',
    { examples: ['/etc/sealbeat/arbiter-secret'] },
  ),
});
