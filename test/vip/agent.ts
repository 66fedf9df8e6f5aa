/*
 * A program with one adapter and nothing else, to be started inside a namespace and killed there.
 * Each line on stdin is a call; each line on stdout is its outcome or something that happened.
 */
import { createInterface } from 'node:readline';
import { OperatorError } from '../../src/core/errors.ts';
import { type Log, type VipAdapter } from '../../src/core/ports.ts';
import { type AdapterName, type AnnounceMethod, type GroupSettings } from '../../src/core/settings.ts';
import { type GroupName } from '../../src/core/units.ts';
import { systemSpawn } from '../../src/system/child.ts';
import { systemClock } from '../../src/system/clock.ts';
import { systemExec } from '../../src/system/exec.ts';
import { vipAdapterFor } from '../../src/vip/for-platform.ts';
import { groupOf, NODE } from '../fakes/group-of.ts';
import { type Call, type Report } from './agent-messages.ts';

const [name, method, platform, more = '{}', stateDirectory = ''] = process.argv.slice(2) as [
  AdapterName,
  AnnounceMethod,
  NodeJS.Platform,
  string?,
  string?,
];
const say = (report: Report): void => void process.stdout.write(`${JSON.stringify(report)}\n`);
const plainError = (error: unknown) =>
  error instanceof OperatorError
    ? { code: error.code, message: error.message, hint: error.hint }
    : {
        code: 'UNEXPECTED',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
        hint: '',
      };

const log: Log = {
  debug: () => {},
  info: () => {},
  warn: (fields, text) => say({ kind: 'log', text: `${text} ${JSON.stringify(fields)}` }),
  error: (fields, text) => say({ kind: 'log', text: `${text} ${JSON.stringify(fields)}` }),
};
/** Maps do not survive JSON; what a stage needs of them is that they are there. */
function groupFrom(text: string): Partial<GroupSettings> {
  const group = JSON.parse(text) as Partial<GroupSettings>;
  return group.command === undefined ? group : { ...group, command: { ...group.command, values: new Map() } };
}

const adapter = vipAdapterFor(
  {
    exec: systemExec,
    spawn: systemSpawn,
    clock: systemClock,
    log,
    group: groupOf(name, { announce: { method, refreshMs: 60_000 }, ...groupFrom(more) }),
    node: NODE,
    errand: () => ({
      group: 'web' as GroupName,
      node: NODE,
      epoch: 8,
      role: 'active',
      peer: '',
      cause: 'test',
    }),
    onProblem: (problem) => say({ kind: 'problem', error: plainError(problem) }),
    ...(stateDirectory === '' ? {} : { stateDirectory }),
  },
  platform,
);

async function run(vip: VipAdapter, call: Call): Promise<unknown> {
  switch (call.method) {
    case 'up':
      return vip.up(call.vips, call.leaseSeconds);
    case 'renew':
      return vip.renew(call.vips, call.leaseSeconds);
    case 'down':
      return vip.down(call.vips);
    case 'look':
      return vip.look(call.vips);
    case 'plan':
      return vip.plan(call.vips, call.leaseSeconds);
    case 'announce':
      return vip.announce(call.vips);
    case 'watch':
      vip.watch(call.vips, (change) => say({ kind: 'change', change }));
      return undefined;
    case 'leave':
      return vip.leave(call.vips, call.leaseSeconds);
    case 'close':
      return vip.close();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line) as Call;
  run(adapter, call).then(
    (value) => say({ kind: 'done', id: call.id, value }),
    (error: unknown) => say({ kind: 'failed', id: call.id, error: plainError(error) }),
  );
}
