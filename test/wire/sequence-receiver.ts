import assert from 'node:assert/strict';
import type { Expected, ReceivedStep, SentStep, Sequence } from '../../scripts/vectors/sequences.ts';
import { newLink, type Link } from '../../src/core/peer/link.ts';
import { receive } from '../../src/core/peer/receive.ts';
import { noteEcho, noteSent } from '../../src/core/peer/sent.ts';
import type { MonoMs, NodeName } from '../../src/core/units.ts';
import { openFrame, type InboundLookup } from '../../src/wire/frame.ts';
import { fromHex } from '../../src/wire/hex.ts';
import { udpWays } from '../../src/core/ways.ts';

export type { Sequence };

export const TIMING = { intervalMs: 250, timeoutMs: 3_000 } as const;
export const START_MS = 900 as MonoMs;

/** lb2 with its link to lb1, all of the receive path behind it. */
export function receiver(lookup: InboundLookup): {
  readonly link: Link;
  send(step: SentStep): void;
  receive(step: Pick<ReceivedStep, 'atMs' | 'frame'>): Expected;
} {
  const link = newLink({ name: 'lb1' as NodeName, number: 1, ways: udpWays(1) }, 1, START_MS);
  return {
    link,
    send({ atMs, sent }) {
      link.tx.seq = sent.seq;
      noteSent(link.tx.ring, sent.seq, atMs as MonoMs, 0);
      noteEcho(link.tx.ring, sent.seq, sent.echo);
    },
    receive({ atMs, frame }) {
      const opened = openFrame(fromHex(frame), lookup);
      assert.ok(opened.ok, opened.ok ? '' : opened.reject);
      let verified = 0;
      const verify = (): boolean => {
        verified += 1;
        return opened.verify();
      };
      const { body, echo, from } = opened;
      const done = receive(link, { body, echo, key: from, path: 0, verify }, atMs as MonoMs, TIMING);
      const answer = done.answer ?? null;
      return { verdict: done.verdict, opened: done.opened, answer, verified, alive: link.alive };
    },
  };
}
