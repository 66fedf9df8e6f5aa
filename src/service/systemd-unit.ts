import { dirname } from 'node:path';
import { releaseWords, runWords, type Wanted } from './plan.ts';
import { systemdLine } from './quote.ts';

/** The unit. Why each line is there: docs/services.md. */
export function systemdUnit(wanted: Wanted): string {
  const { program, control } = wanted;
  const leave = [...program, 'service', 'leave', '--unit'];
  return `[Unit]
Description=sealbeat failover agent
# Wanted, never required: a node has to start with its cable out, too.
Wants=network-online.target
After=network-online.target time-sync.target
# An agent that stays down is an outage: systemd never gives up.
StartLimitIntervalSec=0

[Service]
Type=notify
# A child speaks for the daemon, because Node has no datagrams on Unix sockets.
NotifyAccess=all
WatchdogSec=15s
User=sealbeat
Group=sealbeat
# With root's rights: lets the user read its identity and the config, also one that was made just now.
ExecStartPre=-+systemd-tmpfiles --create sealbeat.conf
ExecStart=${systemdLine(runWords(wanted))}
ExecReload=${systemdLine([...program, 'reload', '--control', control])}
# With root's rights, to ask systemd whether this is a restart: then the VIPs stay up.
ExecStop=-+${systemdLine(leave)} %n ${systemdLine(['--control', control])}
# After every kind of end, SIGKILL too. Does nothing after an announced restart.
ExecStopPost=-${systemdLine(releaseWords(wanted))}
Restart=always
RestartSec=1s
# sealbeat restart --exit: somebody starts it again.
SuccessExitStatus=75
TimeoutStartSec=30s
TimeoutStopSec=20s
KillMode=mixed
OOMScoreAdjust=-900
Nice=-10
UMask=0077
${directories(wanted)}
# What ip and arping need, and nothing else.
AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW
CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK AF_PACKET
${HARDENING}
[Install]
WantedBy=multi-user.target
`;
}

/** systemd makes the usual directories; any other has to be there, and is opened for writing. */
function directories({ state, control }: Wanted): string {
  const run = dirname(control);
  const others = [state, run].filter((path) => path !== '/var/lib/sealbeat' && path !== '/run/sealbeat');
  return [
    ...(run === '/run/sealbeat'
      ? ['RuntimeDirectory=sealbeat', 'RuntimeDirectoryMode=0750', 'RuntimeDirectoryPreserve=restart']
      : []),
    ...(state === '/var/lib/sealbeat' ? ['StateDirectory=sealbeat', 'StateDirectoryMode=0700'] : []),
    ...(others.length > 0 ? [`ReadWritePaths=${systemdLine(others)}`] : []),
  ].join('\n');
}

/**
 * Not among them: MemoryDenyWriteExecute (V8 writes code), PrivateUsers (capabilities would be of another namespace),
 * PrivateNetwork, ~@privileged (iputils' arping sets its user at its start), ProtectProc (a check looks for processes of others).
 */
const HARDENING = `NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
PrivateMounts=yes
DevicePolicy=closed
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
# For the time of an announcement the settings of one interface are changed.
ReadWritePaths=/proc/sys/net
ProtectControlGroups=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RemoveIPC=yes
KeyringMode=private
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@resources
SystemCallErrorNumber=EPERM
`;
