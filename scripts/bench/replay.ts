import { CLIENT, VIP4, address4 } from '../../test/lab/addresses.ts';
import { Pair } from '../../test/lab/agent.ts';
import { withLab } from '../../test/lab/lab.ts';
import { startNamespaceChild } from '../../test/lab/namespace-child.ts';
import { captureUdp, hasTcpdump } from '../../test/lab/packet-capture.ts';
import { watchFor } from '../../test/lab/wait.ts';
import { GAP_RESOLUTION_MS } from './row.ts';
import type { Row } from './row.ts';
import { repeat, setupFor, timing } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const HEARTBEAT_PORT = 7112;
const RECORD_MS = 3_000;

export const replayScenario: Scenario = {
  name: 'replay',
  title: 'Recorded heartbeats of a dead holder, sent again and again',
  method:
    `The heartbeats of h1 are recorded at the switch for ${RECORD_MS} ms. h1 is unplugged and the recording is sent to h2 ` +
    'in a loop, a little faster than the interval. Longest gap that the client sees: as without the replay, if it has no ' +
    'effect. sealbeat only: other heartbeats cannot be sent without a raw socket.',
  async run(options) {
    if (!hasTcpdump()) {
      options.say('replay: left out, tcpdump is not installed');
      return [];
    }
    const setup = setupFor(100, 300);
    const rows: Row[] = [];
    for (const contender of options.sealbeat) {
      const values: number[] = [];
      const measure = `outage with replay, ${timing(setup)}`;
      const failedRuns = await repeat(options, `${measure}, ${contender.name}`, options.runs, () =>
        withLab({}, async (lab) => {
          const pair = await Pair.prepare(lab, contender, setup);
          await pair.startAll();
          const recorded = await captureUdp(lab, { host: 'h1', toPort: HEARTBEAT_PORT }, () =>
            watchFor(RECORD_MS),
          );
          if (recorded.length < RECORD_MS / setup.intervalMs / 2)
            throw new Error(`only ${recorded.length} recorded`);
          const attacker = await startNamespaceChild(lab.namespace(CLIENT), 'replayer.ts', [
            address4('h2'),
            `${HEARTBEAT_PORT}`,
            `${Math.floor(setup.intervalMs * 0.9)}`,
          ]);
          attacker.send(recorded.map((frame) => frame.toString('base64')));
          const fromMs = Date.now();
          lab.faults.unplug('h1');
          await lab.client.state(VIP4);
          await pair.untilAnsweredBy('h2');
          values.push(await lab.client.longestGapMs(VIP4, { fromMs, toMs: Date.now() }));
        }),
      );
      const base = { measure, contender: contender.name, unit: 'ms', values } as const;
      rows.push({ ...base, resolution: GAP_RESOLUTION_MS, failedRuns });
    }
    return rows;
  },
};
