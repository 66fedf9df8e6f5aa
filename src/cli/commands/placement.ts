import { Command, Option } from 'commander';
import type { AllVerb, GroupVerb } from '../../control/messages.ts';
import { OperatorError } from '../../core/errors.ts';
import { isName, NAME_RULE } from '../../core/names.ts';
import { controlOption } from '../control-option.ts';
import type { CliHost } from '../host.ts';
import { example, jsonOption } from '../options.ts';
import { printAnswer, type OrderOptions } from '../order.ts';

/** The orders about where groups are. The daemon decides; each of these only passes one on. */
export interface PlacementOptions extends OrderOptions {
  readonly to?: string;
  readonly wait?: boolean;
}
export type GiveOrder = (
  host: Pick<CliHost, 'out'>,
  verb: GroupVerb,
  group: string,
  options: PlacementOptions,
) => Promise<void>;

const order = (
  verb: GroupVerb,
  operand: string,
  summary: string,
  description: string,
  line: string,
): Command =>
  new Command(verb)
    .argument(
      operand,
      operand.startsWith('[') ? 'a group of the config; without it, all groups' : 'a group of the config',
    )
    .summary(summary)
    .description(description)
    .addOption(jsonOption())
    .addOption(controlOption())
    .addHelpText('after', example(`sealbeat ${line}`));

const noWaitOption = (): Option =>
  new Option('--no-wait', 'give the order, and do not wait for the end of the move');

export const switchoverCommand = (host: CliHost, run: GiveOrder = placement): Command =>
  order(
    'switchover',
    '<group>',
    'move a group to another node',
    'Only the holder moves a group, so this is said to the daemon of the node that holds it. The group then ' +
      'stays where it is put until "failback", or until its new holder fails. Waits for the end of the move, and ' +
      'prints how long it took and for how long nobody had the address.',
    'switchover web --to lb2',
  )
    .option('--to <node>', 'the node that shall hold it; without it, the best of the others')
    .addOption(noWaitOption())
    .action((group: string, options: PlacementOptions) => run(host, 'switchover', group, options));

export const failbackCommand = (host: CliHost, run: GiveOrder = placement): Command =>
  order(
    'failback',
    '<group>',
    'let a group go back to the best node',
    'Only the holder moves a group, so this is said to the daemon of the node that holds it. Ends what a switchover or ' +
      '"failback: manual" has put off. Waits for the end of the move.',
    'failback web',
  )
    .addOption(noWaitOption())
    .action((group: string, options: PlacementOptions) => run(host, 'failback', group, options));

const forAll = (
  host: CliHost,
  verb: AllVerb,
  run: GiveOrder,
  texts: readonly [string, string, string],
): Command =>
  order(verb, '[group]', ...texts).action((group: string | undefined, options: PlacementOptions) =>
    run(host, verb, group ?? '', options),
  );

export const drainCommand = (host: CliHost, run: GiveOrder = placement): Command =>
  forAll(host, 'drain', run, [
    'this node gives a group up and does not claim it',
    'Hands the group, or all groups, to another node, and keeps this one out until "undrain". ' +
      'For maintenance of this host. Waits until it is done, and says where each group went: also when that is nowhere.',
    'drain',
  ]).addOption(noWaitOption());

export const undrainCommand = (host: CliHost, run: GiveOrder = placement): Command =>
  forAll(host, 'undrain', run, [
    'this node may hold a group again',
    'Ends a drain of this node, of one group or of all. Groups come back as after a failure of this node.',
    'undrain',
  ]);

export const freezeCommand = (host: CliHost, run: GiveOrder = placement): Command =>
  forAll(host, 'freeze', run, [
    'nothing moves until "thaw"',
    'Keeps the group, or all groups, where they are, on every node. If the holder dies while frozen, nobody takes ' +
      'over: no service until "thaw".',
    'freeze web',
  ]);

export const thawCommand = (host: CliHost, run: GiveOrder = placement): Command =>
  forAll(host, 'thaw', run, [
    'a group may move again',
    'Ends a freeze, of one group or of all, on every node. Any node takes it.',
    'thaw',
  ]);

export async function placement(
  host: Pick<CliHost, 'out'>,
  verb: GroupVerb,
  group: string,
  options: PlacementOptions,
): Promise<void> {
  // It becomes a part of the request's path, so it must be a name before the daemon sees it.
  if (group !== '' && !isName(group)) {
    throw new OperatorError('USAGE', `"${group}" is not the name of a group`, {
      hint: `a name ${NAME_RULE}; "sealbeat status" shows the groups`,
    });
  }
  const path = group === '' ? `/v1/${verb}` : `/v1/groups/${group}/${verb}`;
  await printAnswer(host, options, path, {
    ...(options.to === undefined ? {} : { to: options.to }),
    ...(options.wait === false ? { wait: false } : {}),
  });
}
