import type { Body } from '../core/frame.ts';
import type { Clock, Random } from '../core/ports.ts';
import type { Link } from '../core/peer/link.ts';
import { noteEcho } from '../core/peer/sent.ts';
import { encodeBody } from '../wire/body.ts';
import { deriveNonce, nonceEcho, sealFrame } from '../wire/frame.ts';
import type { Keyring } from '../wire/keyring.ts';

/** Seals what the machine wants to say and remembers the nonce, which the recipient will echo. */
export function sealFor(
  link: Link,
  body: Body,
  { keyring, random, clock }: { keyring: Keyring; random: Random; clock: Clock },
): Uint8Array {
  const direction = keyring.outbound(link.name, {
    namedOurKey: link.namedOurKey,
    signedWith: link.signedWith,
    isOpen: link.rx !== undefined && link.alive,
    seq: body.seq,
  });
  const bytes = encodeBody(body);
  const clocks = { wallMs: clock.wallMs(), monoMs: clock.nowMs() };
  const nonce = deriveNonce(direction, random.bytes(32), clocks, bytes);
  noteEcho(link.tx.ring, body.seq, nonceEcho(nonce));
  return sealFrame(bytes, nonce, direction);
}
