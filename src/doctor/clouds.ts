import { vipsOnLan, type Facts } from './facts.ts';
import type { Finding } from './finding.ts';

interface Cloud {
  readonly name: string;
  /** What the firmware says of itself: vendor, product and tag, one a line. */
  readonly sign: RegExp;
  /** Its network asks its own interface for addresses and not the LAN. */
  readonly byCommand: boolean;
  readonly passesOn: (address: string) => string;
}

const example = (file: string): string => `adapter: command, as in config/cloud/${file}`;

const CLOUDS: readonly Cloud[] = [
  {
    ...{ name: 'Amazon EC2', sign: /Amazon EC2/, byCommand: true },
    passesOn: (address) =>
      `aws ec2 assign-private-ip-addresses --network-interface-id ENI --private-ip-addresses ${address} --allow-reassignment\n${example('aws-secondary-ip.yaml')}; for a route instead: aws ec2 modify-network-interface-attribute --network-interface-id ENI --no-source-dest-check`,
  },
  {
    ...{ name: 'Google Cloud', sign: /Google/, byCommand: true },
    passesOn: (address) =>
      `gcloud compute instances network-interfaces update INSTANCE --aliases ${address}/32\n${example('gcp-alias.yaml')}`,
  },
  {
    // The tag is the same on every machine of Azure and on none of a Hyper-V elsewhere.
    ...{ name: 'Azure', sign: /7783-7084-3265-9085-8269-3286-77/, byCommand: true },
    passesOn: (address) =>
      `az network nic ip-config create --resource-group GROUP --nic-name NIC --name sealbeat --private-ip-address ${address}\n${example('azure.yaml')}`,
  },
  {
    ...{ name: 'Oracle Cloud', sign: /OracleCloud/, byCommand: true },
    passesOn: (address) =>
      `oci network vnic assign-private-ip --vnic-id VNIC --ip-address ${address} --unassign-if-already-assigned\n${example('oracle.yaml')}`,
  },
  {
    ...{ name: 'DigitalOcean', sign: /DigitalOcean/, byCommand: true },
    passesOn: () => example('digitalocean.yaml'),
  },
  {
    ...{ name: 'Hetzner Cloud', sign: /Hetzner/, byCommand: true },
    passesOn: () => `${example('hetzner-alias.yaml')} or hetzner-floating-ip.yaml`,
  },
  {
    ...{ name: 'OpenStack', sign: /OpenStack/, byCommand: false },
    passesOn: (address) =>
      `for the port of each node: openstack port set --allowed-address ip-address=${address} PORT (config/cloud/openstack-allowed-address.yaml)`,
  },
  {
    ...{ name: 'VMware', sign: /VMware/, byCommand: false },
    passesOn: () =>
      "NSX: take the address into the SpoofGuard profile of each node's port, or switch that off there",
  },
  {
    ...{ name: 'QEMU/KVM', sign: /QEMU|KVM|Bochs/, byCommand: false },
    passesOn: (address) =>
      `libvirt: virsh dumpxml DOMAIN | grep -A3 filterref (clean-traffic: add <parameter name='IP' value='${address}'/>)\nProxmox: add ${address} to the IP set ipfilter-net0 of each guest`,
  },
];

export const cloudOf = (firmware: string): string | undefined =>
  CLOUDS.find(({ sign }) => sign.test(firmware))?.name;

const cloudNamed = (name: string | undefined): Cloud | undefined =>
  CLOUDS.find((cloud) => cloud.name === name);

export const providerOf = (cloud: string | undefined): string =>
  cloud === undefined ? '' : `; this is ${cloud}`;

export function passesOn(cloud: string | undefined, address: string): string {
  const known = cloudNamed(cloud);
  if (known !== undefined) return known.passesOn(address);
  return `let ${address} through at the port of each node (source/destination check, allowed address pairs, IP filter); docs/systems/clouds.md`;
}

export function cloudFindings(facts: Facts): readonly Finding[] {
  const cloud = cloudNamed(facts.cloud);
  const [first] = vipsOnLan(facts);
  if (cloud === undefined || first === undefined) return [];
  const { vip, group, adapter } = first;
  if (cloud.byCommand) {
    return [
      {
        ...{ id: 'cloud-adapter', level: 'warning', subject: group.name },
        what: `this host is at ${cloud.name}, and adapter ${adapter} only sets addresses and announces them`,
        why: 'there an address is where the provider says it is, and announcements change nothing',
        fix: cloud.passesOn(vip.address),
      },
    ];
  }
  if (cloud.name !== 'OpenStack') return [];
  return [
    {
      ...{ id: 'cloud-adapter', level: 'note', subject: group.name },
      what: `this host is at ${cloud.name}, whose ports drop addresses that they do not know`,
      why: 'the VIP is reached only where it is an allowed address of the port',
      fix: cloud.passesOn(vip.address),
    },
  ];
}
