import { dirname } from 'node:path';
import { checkWords, releaseWords, runWords, type Plan, type Wanted } from './plan.ts';
import { shellLine, shellWord } from './quote.ts';

const SCRIPT = '/usr/local/etc/rc.d/sealbeat';

/** rc.subr(8) with daemon(8), which starts the program again when it ends and passes SIGTERM on to it. */
export const freebsdScript = (wanted: Wanted): string => `#!/bin/sh
#
# PROVIDE: sealbeat
# REQUIRE: NETWORKING FILESYSTEMS syslogd
# KEYWORD: shutdown
#
# sealbeat_enable (bool): set it to YES to run the failover agent, with: sysrc sealbeat_enable=YES
# sealbeat_flags (string): more options for "sealbeat run"

. /etc/rc.subr

name="sealbeat"
desc="sealbeat failover agent"
rcvar="sealbeat_enable"

load_rc_config "$name"
: "\${sealbeat_enable:=NO}"

rundir=${shellWord(dirname(wanted.control))}
pidfile="\${rundir}/supervisor.pid"
# daemon(8) keeps SIGHUP to itself: a reload has to reach the child.
childfile="\${rundir}/sealbeat.pid"
required_files=${shellWord(wanted.config)}

command="/usr/sbin/daemon"
command_args="-f -P \${pidfile} -p \${childfile} -R 1 -S -T \${name} ${shellLine(runWords(wanted, 'syslog'))} \${sealbeat_flags}"
# rc.subr would give them to daemon(8).
unset sealbeat_flags

extra_commands="reload check"
start_precmd="sealbeat_prestart"
stop_postcmd="sealbeat_release"
restart_precmd="sealbeat_check"
reload_precmd="sealbeat_check"
reload_cmd="sealbeat_reload"
check_cmd="sealbeat_check"

sealbeat_check()
{
	${shellLine(checkWords(wanted))}
}

sealbeat_prestart()
{
	# What is wrong is said, and mended while it runs: a node must come up with less than everything.
	sealbeat_check || warn "starts all the same"
	install -d -m 0750 -o root -g wheel "\${rundir}"
}

# Whatever the daemon's end was; nothing is left to do after a good one.
sealbeat_release()
{
	${shellLine(releaseWords(wanted))}
}

sealbeat_reload()
{
	kill -HUP "$(cat "\${childfile}")"
}

run_rc_command "$1"
`;

export function freebsdPlan(wanted: Wanted): Plan {
  return {
    manager: 'freebsd',
    files: [{ path: SCRIPT, mode: 0o555, text: freebsdScript(wanted), comment: 'hash' }],
    register: [],
    enable: [{ words: ['sysrc', 'sealbeat_enable=YES'] }],
    start: [{ words: ['service', 'sealbeat', 'start'] }],
    stop: [{ words: ['service', 'sealbeat', 'onestop'], mayFail: true }],
    disable: [{ words: ['sysrc', '-x', 'sealbeat_enable'], mayFail: true }],
    forget: [],
    isEnabled: ['service', 'sealbeat', 'enabled'],
    isRunning: ['service', 'sealbeat', 'onestatus'],
    log: 'grep sealbeat /var/log/messages',
  };
}
