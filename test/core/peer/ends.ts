import type { Body } from '../../../src/core/frame.ts';
import { newLink, type Link } from '../../../src/core/peer/link.ts';
import { receive, type Received } from '../../../src/core/peer/receive.ts';
import { noteEcho, noteSent } from '../../../src/core/peer/sent.ts';
import type { MonoMs, NodeId, NodeName } from '../../../src/core/units.ts';
import { udpWays } from '../../../src/core/ways.ts';

export const timing = { intervalMs: 250, timeoutMs: 3_000 };
export const ms = (time: number): MonoMs => time as MonoMs;
const NO_ECHO = '0000000000000000';
const KEY = '00000000000000bb' as NodeId;

/**
 * Our end of a link, driven by hand. We say `says()`, and what the peer answers is `hears(…)`; the peer's session clock
 * runs `aheadMs` before ours. Echoes are the numbers themselves, so that a case can name a right or a wrong one.
 */
export interface End {
  readonly link: Link;
  /** We send a frame; returns its number. */
  says(now: number): number;
  /** A frame of the peer arrives. Sent now, in order, acknowledging our newest, unless it is told otherwise. */
  hears(
    now: number,
    frame?: Partial<Body>,
    more?: { readonly signed?: boolean; readonly echo?: string },
  ): Received;
  verified: number;
}

export const echoOf = (seq: number): string => seq.toString(16).padStart(16, '0');

export function end({ session = 77, aheadMs = 0, restartMs = 0 } = {}): End {
  const link = newLink({ name: 'lb1' as NodeName, number: 1, ways: udpWays(1) }, 5, ms(0));
  let seq = 0;
  const self: End = {
    link,
    verified: 0,
    says(now) {
      link.tx.seq += 1;
      link.sentSinceHeard += 1;
      noteSent(link.tx.ring, link.tx.seq, ms(now), 0);
      noteEcho(link.tx.ring, link.tx.seq, echoOf(link.tx.seq));
      return link.tx.seq;
    },
    hears(now, frame = {}, { signed = true, echo } = {}) {
      const ack = frame.ack ?? link.tx.seq;
      seq = frame.seq ?? seq + 1;
      const body: Body = {
        hello: false,
        probe: false,
        answer: false,
        hearsYou: true,
        canReceive: true,
        versionMax: 1,
        path: 0,
        intervalUs: 250_000,
        timeoutUs: 3_000_000,
        session,
        seq,
        sentUs: (now + aheadMs) * 1_000,
        ack,
        echo: echo ?? (ack === 0 ? NO_ECHO : echoOf(ack)),
        ackDelayUs: 0,
        ackedLow: 0,
        ackedHigh: 0,
        yourKey: KEY,
        digest: '00000000000000dd',
        promiseMs: 0,
        groupsInAll: 0,
        configParts: [],
        asksFor: [],
        groups: [],
        ...frame,
      };
      const verify = (): boolean => {
        self.verified += 1;
        return signed;
      };
      return receive(link, { body, echo: echoOf(1_000 + seq), key: KEY, path: 0, verify }, ms(now), {
        ...timing,
        restartMs,
      });
    },
  };
  return self;
}

/** A link whose session was opened at 1,000 ms, a millisecond after we had asked. */
export function openEnd(options: { session?: number; aheadMs?: number; restartMs?: number } = {}): End {
  const opened = end(options);
  opened.says(999);
  opened.hears(1_000);
  return opened;
}
