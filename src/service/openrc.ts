import { dirname } from 'node:path';
import { checkWords, releaseWords, runWords, type Plan, type Wanted } from './plan.ts';
import { shellLine, shellWord } from './quote.ts';

const SCRIPT = '/etc/init.d/sealbeat';
const LOG = '/var/log/sealbeat.log';

/** openrc-run with supervise-daemon, which starts the program again when it ends. */
export function openrcScript(wanted: Wanted): string {
  const [file = '', ...others] = runWords(wanted, 'text');
  return `#!/sbin/openrc-run

name="sealbeat"
description="sealbeat failover agent"
description_reload="Read the config again"
description_check="Check the config"

supervisor="supervise-daemon"
command=${shellWord(file)}
command_args=${shellWord(shellLine(others))}
pidfile="/run/sealbeat-supervisor.pid"
output_log="${LOG}"
error_log="${LOG}"
respawn_delay=1
# 0 is never to give up; without it ten ends are enough.
respawn_max=0
retry="SIGTERM/20/SIGKILL/5"
supervise_daemon_args="--nicelevel -10 --oom-score-adj -900"
# As root: not every build of OpenRC can give capabilities, and one in use stumbles over no_new_privs.

extra_commands="check"
extra_started_commands="reload"
required_files=${shellWord(wanted.config)}

depend() {
	need localmount
	use net logger
	after firewall ntp-client
}

check() {
	ebegin "Checking the config of sealbeat"
	${shellLine(checkWords(wanted))}
	eend $?
}

start_pre() {
	# What is wrong is said, and mended while it runs: a node must come up with less than everything.
	check || ewarn "sealbeat starts all the same"
	checkpath --directory --mode 0750 ${shellWord(dirname(wanted.control))}
}

# After a good end nothing is left to do.
stop_post() {
	${shellLine(releaseWords(wanted))}
}

reload() {
	check || return 1
	ebegin "Reloading sealbeat"
	supervise-daemon "\${RC_SVCNAME}" --signal HUP --pidfile "\${pidfile}"
	eend $?
}
`;
}

export function openrcPlan(wanted: Wanted): Plan {
  return {
    manager: 'openrc',
    files: [{ path: SCRIPT, mode: 0o755, text: openrcScript(wanted), comment: 'hash' }],
    register: [],
    enable: [{ words: ['rc-update', '--quiet', 'add', 'sealbeat', 'default'] }],
    start: [{ words: ['rc-service', 'sealbeat', 'start'] }],
    stop: [{ words: ['rc-service', '--ifstarted', 'sealbeat', 'stop'], mayFail: true }],
    disable: [{ words: ['rc-update', '--quiet', 'del', 'sealbeat', 'default'], mayFail: true }],
    forget: [],
    isEnabled: ['test', '-e', '/etc/runlevels/default/sealbeat'],
    isRunning: ['rc-service', '--quiet', 'sealbeat', 'status'],
    log: LOG,
  };
}
