import {
  done,
  fits,
  give,
  ownersOf,
  parsed,
  refused,
  type CloudModel,
  type CloudState,
  type Outcome,
  type Parsed,
} from './cloud-model.ts';

const OPTIONS = {
  options: [
    ...['network-interface-id', 'private-ip-addresses', 'network-interface-ids', 'query', 'output'],
    ...['allocation-id', 'allocation-ids', 'route-table-id', 'route-table-ids', 'destination-cidr-block'],
    ...['table-name', 'key', 'update-expression', 'condition-expression', 'expression-attribute-values'],
  ],
  flags: ['allow-reassignment', 'allow-reassociation'],
};

const failed = (code: string, operation: string, text: string): Outcome =>
  refused(254, `An error occurred (${code}) when calling the ${operation} operation: ${text}`);

/** Version 2: 252 for a command line that it does not know, 254 for what the service refuses. */
export const aws: CloudModel = {
  tool: 'aws',
  run(state, words) {
    const call = parsed(words, OPTIONS);
    if (call === undefined) return refused(252, `aws: error: unrecognized arguments: ${words.join(' ')}`);
    for (const [form, run] of Object.entries(COMMANDS)) if (fits(call, form)) return run(state, call);
    return refused(252, 'aws: error: argument operation: Invalid choice');
  },
};

const unknown = (state: CloudState, eni: string, operation: string): Outcome | undefined =>
  eni in state.addresses
    ? undefined
    : failed(
        'InvalidNetworkInterfaceID.NotFound',
        operation,
        `The networkInterface ID '${eni}' does not exist`,
      );

const COMMANDS: Readonly<Record<string, (state: CloudState, call: Parsed) => Outcome>> = {
  'ec2 assign-private-ip-addresses'(state, call) {
    const [eni, address] = [call.option('network-interface-id'), call.option('private-ip-addresses')];
    const missing = unknown(state, eni, 'AssignPrivateIpAddresses');
    if (missing) return missing;
    const [owner = eni] = ownersOf(state, address);
    if (owner !== eni && !call.has('allow-reassignment'))
      return failed(
        'InvalidParameterValue',
        'AssignPrivateIpAddresses',
        `[${address}] is in use by another interface`,
      );
    give(state, eni, address);
    return done(JSON.stringify({ NetworkInterfaceId: eni }));
  },
  'ec2 unassign-private-ip-addresses'(state, call) {
    const [eni, address] = [call.option('network-interface-id'), call.option('private-ip-addresses')];
    const missing = unknown(state, eni, 'UnassignPrivateIpAddresses');
    if (missing) return missing;
    if (!state.addresses[eni]!.includes(address))
      return failed(
        'InvalidParameterValue',
        'UnassignPrivateIpAddresses',
        'Some of the specified addresses are not assigned to interface',
      );
    state.addresses[eni] = state.addresses[eni]!.filter((one) => one !== address);
    return done();
  },
  'ec2 describe-network-interfaces'(state, call) {
    const eni = call.option('network-interface-ids');
    return (
      unknown(state, eni, 'DescribeNetworkInterfaces') ??
      done(['10.0.1.4', ...state.addresses[eni]!].join('\t'))
    );
  },
  'ec2 associate-address'(state, call) {
    const [eni, allocation] = [call.option('network-interface-id'), call.option('allocation-id')];
    const missing = unknown(state, eni, 'AssociateAddress');
    if (missing) return missing;
    const [owner = eni] = ownersOf(state, allocation);
    if (owner !== eni && !call.has('allow-reassociation'))
      return failed(
        'Resource.AlreadyAssociated',
        'AssociateAddress',
        `resource ${allocation} is already associated`,
      );
    give(state, eni, allocation);
    return done(JSON.stringify({ AssociationId: 'eipassoc-1' }));
  },
  'ec2 describe-addresses': (state, call) =>
    done(ownersOf(state, call.option('allocation-ids'))[0] ?? 'None'),
  'ec2 replace-route'(state, call) {
    const eni = call.option('network-interface-id');
    const missing = unknown(state, eni, 'ReplaceRoute');
    if (missing) return missing;
    give(state, eni, call.option('destination-cidr-block'));
    return done(JSON.stringify({ Return: true }));
  },
  'ec2 describe-route-tables'(state, call) {
    const [, cidr] =
      /^RouteTables\[\]\.Routes\[\?DestinationCidrBlock=='([^']+)'\]\.NetworkInterfaceId$/.exec(
        call.option('query'),
      ) ?? [];
    return cidr === undefined ? refused(255, 'Bad value for --query') : done(ownersOf(state, cidr)[0] ?? '');
  },
  'dynamodb update-item'(state, call) {
    const { name } = JSON.parse(call.option('key')) as { name: { S: string } };
    const values = JSON.parse(call.option('expression-attribute-values')) as { ':epoch': { N: string } };
    const epoch = Number(values[':epoch'].N);
    const [, wanted] =
      /^attribute_not_exists\((\w+)\) OR \1 <= :epoch$/.exec(call.option('condition-expression')) ?? [];
    if (wanted === undefined)
      return failed('ValidationException', 'UpdateItem', 'Invalid ConditionExpression');
    if ((state.epochs[name.S] ?? 0) > epoch)
      return failed('ConditionalCheckFailedException', 'UpdateItem', 'The conditional request failed');
    state.epochs[name.S] = epoch;
    return done();
  },
};
