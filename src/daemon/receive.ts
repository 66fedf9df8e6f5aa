import type { NodeState } from '../core/node/state.ts';
import { countReject } from '../core/peer/link.ts';
import type { Over } from '../net/tcp-connection.ts';
import { openFrame } from '../wire/frame.ts';
import type { Keyring } from '../wire/keyring.ts';
import type { Counters } from './counters.ts';
import type { Happening } from './loop.ts';

/** Steps 1 to 5 of the receive path here, the rest in core; every refusal ends in a counter. */
export function receiver({
  node,
  keyring,
  counters,
  tell,
}: {
  node: NodeState;
  keyring: () => Keyring;
  counters: Counters;
  /** Returns the machine's verdict on the frame. */
  tell: (happening: Happening) => string | undefined;
}): (frame: Uint8Array, over?: Over) => void {
  return (frame, over) => {
    counters.add('frames received');
    const opened = openFrame(frame, (sender) => keyring().inbound(sender));
    const name = opened.from === undefined ? undefined : keyring().nodeOf(opened.from);
    const link = node.links.find((one) => one.name === name);
    if (!opened.ok) {
      counters.add(`rejected: ${opened.reject}`);
      if (link !== undefined) countReject(link, opened.reject);
      over?.refuse(opened.reject);
      return;
    }
    if (link === undefined) {
      counters.add('rejected: unknown-sender');
      over?.refuse('unknown-sender');
      return;
    }
    const { body, echo, from, verify } = opened;
    // The frame itself says by which of our ways to its sender it came; the socket, bound to all addresses, does not.
    const path = Math.min(body.path, link.paths.length - 1);
    const counted = (): boolean => {
      counters.add('signatures checked');
      return verify();
    };
    const verdict = tell({
      kind: 'frame',
      from: link.number,
      arrived: { body, echo, key: from, path, verify: counted },
    });
    if (verdict === 'ok') {
      counters.add('frames accepted');
      over?.belongsTo(link.number, path);
    } else if (verdict === 'hello') counters.add('hellos answered');
    else if (verdict !== undefined) counters.add(`rejected: ${verdict}`);
  };
}
