import type { ProbeSettings } from '../core/settings.ts';
import { formatDuration } from './duration.ts';
import type { Parts } from './parts.ts';
import { probeMeaning } from './probe-meaning.ts';
import { witnessOf } from './probe-shape.ts';
import type { GroupShape } from './schema.ts';
import type { Finding } from './shape-problems.ts';
import type { YamlPath } from './yaml-source.ts';

const DURATION_MIN_MS = 10;

/** What the shapes of confirm and witness can't say. */
export function probeFindings({ heartbeat, groups, arbiter }: Parts): readonly Finding[] {
  const known = [...groups].filter((entry): entry is [string, GroupShape] => entry[1] !== undefined);
  return known.flatMap(([name, { confirm, witness, fence }]) => [
    ...(fence && !witness && !arbiter ? fenceAlone(['groups', name, 'fence']) : []),
    ...(confirm ? probesTwice(['groups', name, 'confirm'], confirm) : []),
    ...(witness
      ? [
          ...probesTwice(['groups', name, 'witness'], witness),
          ...needFindings(['groups', name, 'witness', 'need'], witnessOf(witness)),
          ...(heartbeat ? slowWitness(['groups', name, 'witness'], witness, heartbeat) : []),
        ]
      : []),
  ]);
}

/** Two that can't hear each other would each switch the other off, and one that is cut off from all would go on doing so. */
const fenceAlone = (path: YamlPath): readonly Finding[] => [
  {
    severity: 'warning',
    path,
    text: 'there is neither a witness nor an arbiter: a node that is cut off itself would fence a healthy one; add a witness that only a working network reaches',
  },
];

type Confirm = NonNullable<GroupShape['confirm']>;
type Witness = NonNullable<GroupShape['witness']>;

/** The same answer counted twice would make "two of three" mean less than it says. */
function probesTwice(path: YamlPath, written: Confirm | Witness): readonly Finding[] {
  const [probes, at] = Array.isArray(written) ? [written, path] : [written.probes, [...path, 'probes']];
  const seen = new Set<string>();
  return probes.flatMap((probe: ProbeSettings, index): readonly Finding[] => {
    const key = JSON.stringify(probeMeaning(probe));
    if (seen.has(key)) {
      const text = `${probe.text} stands twice; remove one of the two`;
      return [{ severity: 'error', path: [...at, index], text }];
    }
    seen.add(key);
    return [];
  });
}

function needFindings(path: YamlPath, { probes, need }: ReturnType<typeof witnessOf>): readonly Finding[] {
  if (need <= probes.length) return [];
  const [are, range] =
    probes.length === 1 ? ['is 1 probe', '1'] : [`are ${probes.length} probes`, `1 to ${probes.length}`];
  const text = `${need} answers are needed, but there ${are}; write ${range}, or add probes`;
  return [{ severity: 'error', path, text }];
}

/**
 * A holder that is cut off starts to ask 1.2 intervals after the last frame and lets go 0.9 of a timeout after it, in
 * time before the others claim. The answer has to be there by then. In tenths, so that the boundary is exact.
 */
function slowWitness(
  path: YamlPath,
  witness: Witness,
  { interval, timeout }: NonNullable<Parts['heartbeat']>,
): readonly Finding[] {
  const { timeoutMs } = witnessOf(witness);
  const limitTenths = 9 * timeout - 12 * interval;
  if (10 * timeoutMs <= limitTenths) return [];
  const limitMs = Math.floor(limitTenths / 10);
  const enoughMs = Math.ceil((10 * timeoutMs + 12 * interval) / 9);
  const shorter = limitMs < DURATION_MIN_MS ? '' : `${formatDuration(limitMs)} or less, or `;
  const text = `${formatDuration(timeoutMs)}${Array.isArray(witness) ? ', the default,' : ''} is longer than 0.9 heartbeat timeouts less 1.2 intervals: a holder that is cut off lets go before its witness can answer; write ${shorter}a heartbeat.timeout of ${formatDuration(enoughMs)} or more`;
  return [{ severity: 'warning', path: [...path, 'timeout'], text }];
}
