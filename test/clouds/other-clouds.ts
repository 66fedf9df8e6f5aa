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
} from './cloud-model.ts';

/** An owner has the addresses that are named, and no others. Refused when somebody else has one of them. */
function replaceList(
  state: CloudState,
  owner: string,
  addresses: readonly string[],
  inUse: string,
): Outcome | undefined {
  for (const address of addresses) {
    const [other = owner] = ownersOf(state, address);
    if (other !== owner) return refused(1, inUse);
  }
  state.addresses[owner] = [...addresses];
  return undefined;
}

export const gcloud: CloudModel = {
  tool: 'gcloud',
  run(state, words) {
    const call = parsed(words, {
      options: ['zone', 'network-interface', 'aliases', 'format'],
      flags: ['quiet'],
    });
    if (call === undefined) return refused(2, 'ERROR: (gcloud) unrecognized arguments');
    const instance = call.words.at(-1) ?? '';
    if (!call.has('zone'))
      return refused(1, 'ERROR: (gcloud) Underspecified resource. Specify the [--zone] flag.');
    if (!(instance in state.addresses))
      return refused(1, `ERROR: (gcloud) The resource 'instances/${instance}' was not found`);
    if (fits(call, 'compute instances network-interfaces update *')) {
      const list = call
        .option('aliases')
        .split(';')
        .filter((one) => one !== '');
      const why =
        'ERROR: (gcloud) IP_IN_USE_BY_ANOTHER_RESOURCE: IP is already being used by another resource.';
      return replaceList(state, instance, list, why) ?? done();
    }
    if (fits(call, 'compute instances describe *')) return done(state.addresses[instance]!.join(';'));
    return refused(2, 'ERROR: (gcloud) Invalid choice');
  },
};

export const az: CloudModel = {
  tool: 'az',
  run(state, words) {
    const call = parsed(words, {
      options: ['resource-group', 'nic-name', 'name', 'private-ip-address', 'output'],
    });
    if (call === undefined) return refused(2, 'ERROR: unrecognized arguments');
    const nic = call.option('nic-name');
    if (!(nic in state.addresses))
      return refused(3, `ERROR: (ResourceNotFound) networkInterfaces/${nic} was not found.`);
    const has = state.addresses[nic]!;
    if (fits(call, 'network nic ip-config create')) {
      const why =
        'ERROR: (PrivateIPAddressInUse) IP configuration is using the private IP address which is already allocated.';
      return replaceList(state, nic, [call.option('private-ip-address')], why) ?? done('{}');
    }
    if (fits(call, 'network nic ip-config delete')) {
      if (has.length === 0)
        return refused(1, `ERROR: IP configuration ${call.option('name')} was not found.`);
      state.addresses[nic] = [];
      return done();
    }
    if (fits(call, 'network nic ip-config list'))
      return done(
        JSON.stringify(
          ['10.1.0.4', ...has].map((address) => ({ privateIPAddress: address })),
          null,
          2,
        ),
      );
    return refused(2, 'ERROR: misspelled or not recognized');
  },
};

export const hcloud: CloudModel = {
  tool: 'hcloud',
  run(state, words) {
    const call = parsed(words, { options: ['network', 'alias-ips', 'output'], flags: ['clear'] });
    if (call === undefined) return refused(1, 'hcloud: unknown flag');
    if (fits(call, 'floating-ip assign * *')) {
      const [, , ip = '', server = ''] = call.words;
      if (!(server in state.addresses)) return refused(1, `hcloud: server not found: ${server}`);
      if (state.addresses[server]!.includes(ip))
        return refused(1, 'hcloud: Floating IP is already assigned (floating_ip_assigned)');
      give(state, server, ip);
      return done(`Floating IP ${ip} assigned to server ${server}`);
    }
    if (fits(call, 'floating-ip describe *')) {
      const [server = 'null'] = ownersOf(state, call.words[2]!);
      return done(
        `{\n  "id": ${call.words[2]},\n  "ip": "203.0.113.10",\n  "server": ${server},\n  "type": "ipv4"\n}`,
      );
    }
    const server = call.words[2] ?? '';
    if (!(server in state.addresses)) return refused(1, `hcloud: server not found: ${server}`);
    if (fits(call, 'server change-alias-ips *')) {
      if (!call.has('network')) return refused(1, 'hcloud: required flag(s) "network" not set');
      const list = call.has('clear') ? [] : call.option('alias-ips').split(',');
      const why = 'hcloud: IP is not available (ip_not_available)';
      return replaceList(state, server, list, why) ?? done('Alias IPs changed');
    }
    if (fits(call, 'server describe *'))
      return done(
        JSON.stringify(
          { name: server, private_net: [{ ip: '10.0.0.2', alias_ips: state.addresses[server] }] },
          null,
          2,
        ),
      );
    return refused(1, 'hcloud: unknown command');
  },
};

export const openstack: CloudModel = {
  tool: 'openstack',
  run(state, words) {
    const call = parsed(words, { options: ['port', 'format', 'column'] });
    if (call === undefined) return refused(2, 'openstack: error: unrecognized arguments');
    if (fits(call, 'floating ip set *')) {
      const port = call.option('port');
      if (!(port in state.addresses)) return refused(1, `No Port found for ${port}`);
      give(state, port, call.words[3]!);
      return done();
    }
    if (fits(call, 'floating ip show *')) return done(ownersOf(state, call.words[3]!)[0] ?? 'None');
    return refused(2, 'openstack: not an openstack command');
  },
};

export const oci: CloudModel = {
  tool: 'oci',
  run(state, words) {
    const call = parsed(words, {
      options: ['auth', 'vnic-id', 'ip-address'],
      flags: ['unassign-if-already-assigned'],
    });
    if (call === undefined) return refused(2, 'Error: No such option');
    const vnic = call.option('vnic-id');
    if (!(vnic in state.addresses)) return refused(1, 'ServiceError: "code": "NotAuthorizedOrNotFound"');
    if (fits(call, 'network vnic assign-private-ip')) {
      const address = call.option('ip-address');
      const [owner] = ownersOf(state, address);
      if (owner === vnic)
        return done(`Taking no action as IP address ${address} is already assigned to VNIC ${vnic}`);
      if (owner !== undefined && !call.has('unassign-if-already-assigned'))
        return refused(1, `IP address ${address} is already assigned to a different VNIC: ${owner}`);
      give(state, vnic, address);
      return done('{}');
    }
    if (fits(call, 'network private-ip list'))
      return done(
        JSON.stringify(
          { data: ['10.3.0.4', ...state.addresses[vnic]!].map((ip) => ({ 'ip-address': ip })) },
          null,
          2,
        ),
      );
    return refused(2, 'Error: No such command');
  },
};

export const doctl: CloudModel = {
  tool: 'doctl',
  run(state, words) {
    const call = parsed(words, { options: ['format'], flags: ['no-header'] });
    if (call === undefined) return refused(1, 'Error: unknown flag');
    if (fits(call, 'compute reserved-ip-action assign * *')) {
      const [, , , address = '', droplet = ''] = call.words;
      if (!(droplet in state.addresses))
        return refused(1, 'Error: 404 The resource you were accessing could not be found.');
      if (state.addresses[droplet]!.includes(address))
        return refused(1, 'Error: 422 The Droplet already has this reserved IP.');
      give(state, droplet, address);
      return done('ID    Status');
    }
    if (fits(call, 'compute reserved-ip get *')) return done(ownersOf(state, call.words[3]!)[0] ?? '');
    return refused(1, 'Error: unknown command');
  },
};
