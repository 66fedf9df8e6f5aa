import {
  linksHere,
  vipsHere,
  type ConfigFile,
  type Facts,
  type ManagerFacts,
  type NetworkdLink,
} from './facts.ts';
import { fine, type Finding } from './finding.ts';

/** Who else sets addresses on the interfaces of the VIPs, what that does to ours, and how it is made to leave them. */
export function managerFindings(facts: Facts): readonly Finding[] {
  const { managers } = facts;
  if (managers === undefined) return [];
  const ofLinks = linksHere(facts).flatMap((link) => {
    const found = linkFindings(link, managers);
    return found.length > 0 ? found : [fine('manager-none', link, 'no network manager has it')];
  });
  return [...ofLinks, ...configuredFindings(facts, managers)];
}

function linkFindings(link: string, managers: ManagerFacts): readonly Finding[] {
  const state = managers.networkManager?.get(link);
  const networkd = managers.networkd.get(link);
  return [
    ...(state === undefined || state === 'unmanaged' ? [] : [networkManager(link, state)]),
    ...(networkd === undefined || networkd.state === 'unmanaged' ? [] : [systemdNetworkd(link, networkd)]),
    ...managers.netplan.filter(({ text }) => isNetplanOf(text, link)).map((file) => netplan(link, file)),
    ...managers.ifupdown
      .filter(({ text }) => names(text, `iface\\s+${escaped(link)}`))
      .map((file) => ifupdown(link, file)),
    ...(managers.dhcpcd ? [dhcpcd(link)] : []),
  ];
}

const networkManager = (link: string, state: string): Finding => ({
  ...{ id: 'manager-networkmanager', level: 'note', subject: link },
  what: `NetworkManager runs it (${state})`,
  why: 'in peace it leaves foreign addresses alone; `nmcli connection up` and `nmcli device reapply` take them away, and the agent puts them back, three times in 10 s, then the group moves',
  fix: [
    'before you change its connection: sealbeat drain; afterwards: sealbeat undrain',
    'only if something else sets its own address, take it from NetworkManager:',
    `printf '[keyfile]\\nunmanaged-devices=interface-name:${link}\\n' > /etc/NetworkManager/conf.d/90-sealbeat.conf`,
    'nmcli general reload',
  ].join('\n'),
});

function systemdNetworkd(link: string, { keep, file, state }: NetworkdLink): Finding {
  if (keep === 'yes')
    return fine(
      'manager-networkd',
      link,
      'systemd-networkd runs it, and leaves addresses alone (KeepConfiguration=yes)',
    );
  const has =
    keep === undefined
      ? ''
      : `, and KeepConfiguration=${keep} is not enough: an address with a lease does not count as static`;
  const name = file?.path.split('/').at(-1);
  const folder = `/etc/systemd/network/${name ?? `10-${link}.network`}.d`;
  const drop = [
    `mkdir -p ${folder}`,
    `printf '[Network]\\nKeepConfiguration=yes\\n' > ${folder}/sealbeat.conf`,
    'networkctl reload',
  ];
  return {
    ...{ id: 'manager-networkd', level: 'warning', subject: link },
    what: `systemd-networkd runs it (${state}${file === undefined ? '' : `, ${file.path}`})${has}`,
    why: 'whenever it restarts, also by an update, it removes addresses that it does not know',
    fix: drop.join('\n'),
  };
}

const netplan = (link: string, { path, text }: ConfigFile): Finding => ({
  ...{ id: 'manager-netplan', level: 'note', subject: link },
  what: `netplan describes it in ${path}`,
  why: '`netplan apply` restarts systemd-networkd or NetworkManager, with what that does to VIPs',
  fix: /renderer:\s*NetworkManager/.test(text)
    ? 'before netplan apply: sealbeat drain; afterwards: sealbeat undrain'
    : `the drop-in for systemd-networkd belongs in /etc/systemd/network/10-netplan-${link}.network.d/, since /run is written anew:\n` +
      `mkdir -p /etc/systemd/network/10-netplan-${link}.network.d\n` +
      `printf '[Network]\\nKeepConfiguration=yes\\n' > /etc/systemd/network/10-netplan-${link}.network.d/sealbeat.conf`,
});

const ifupdown = (link: string, { path }: ConfigFile): Finding => ({
  ...{ id: 'manager-ifupdown', level: 'note', subject: link },
  what: `ifupdown describes it in ${path}`,
  why: `\`ifdown ${link}\` takes every address from it, VIPs too`,
  fix: `before ifdown ${link}: sealbeat drain; after ifup ${link}: sealbeat undrain`,
});

const dhcpcd = (link: string): Finding => ({
  ...{ id: 'manager-dhcpcd', level: 'note', subject: link },
  what: 'dhcpcd runs on this host',
  why: "when its lease changes, this node's own address goes, and with it the network that the VIP is reached through",
  fix: `give ${link} a fixed address: printf 'interface ${link}\\nstatic ip_address=ADDRESS/LENGTH\\n' >> /etc/dhcpcd.conf`,
});

/** At boot the host would take it before any agent has decided anything, and on every node that says so. */
function configuredFindings(facts: Facts, managers: ManagerFacts): readonly Finding[] {
  const networkd = [...managers.networkd.values()].flatMap(({ file }) => (file === undefined ? [] : [file]));
  const files = new Map(
    [...managers.netplan, ...managers.ifupdown, ...managers.connections, ...networkd].map((file) => [
      file.path,
      file,
    ]),
  );
  return vipsHere(facts).flatMap(({ vip }) =>
    [...files.values()]
      .filter(({ text }) => names(text, escaped(vip.address)))
      .map(({ path }): Finding => ({
        ...{ id: 'vip-configured', level: 'problem', subject: vip.address },
        what: `it is also written in ${path}`,
        why: 'the host takes it at boot, whoever holds it then',
        fix: `take it out of ${path}; it is the agent that sets it`,
      })),
  );
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** As a word of its own, and not behind a `#`. */
const names = (text: string, pattern: string): boolean =>
  new RegExp(`^[^#\\n]*(?<![\\w.:])${pattern}(?![\\w.:])`, 'm').test(text);

const isNetplanOf = (text: string, link: string): boolean =>
  new RegExp(`^\\s*["']?${escaped(link)}["']?:`, 'm').test(text);
