import { dirname } from 'node:path';
import { checkWords, releaseWords, runWords, type Plan, type Wanted } from './plan.ts';
import { shellLine, shellWord } from './quote.ts';

const SCRIPT = '/etc/rc.d/sealbeat';
const SWITCH = '/etc/rc.conf.d/sealbeat';
const LOG = '/var/log/sealbeat.log';

/**
 * There is no daemon(8), so the script puts the program into the background and writes its pid file. rc.subr(8) believes that file
 * only if the process is \`command\`: for a script behind an interpreter it compares the interpreter's name.
 */
export const netbsdScript = (wanted: Wanted): string => `#!/bin/sh
#
# PROVIDE: sealbeat
# REQUIRE: NETWORKING mountall syslogd
# KEYWORD: shutdown

. /etc/rc.subr

name="sealbeat"
rcvar=$name
rundir=${shellWord(dirname(wanted.control))}
pidfile="\${rundir}/sealbeat.pid"
logfile="${LOG}"
required_files=${shellWord(wanted.config)}
command=${shellWord(wanted.program[0] ?? '')}

extra_commands="reload check"
start_cmd="sealbeat_start"
stop_postcmd="sealbeat_release"
reload_precmd="sealbeat_check"
check_cmd="sealbeat_check"

sealbeat_check()
{
	${shellLine(checkWords(wanted))}
}

sealbeat_start()
{
	if [ -n "$rc_pid" ]; then
		echo "\${name} already running? (pid=\${rc_pid})."
		return 1
	fi
	install -d -m 0750 -o root -g wheel "\${rundir}" || return 1
	# What is wrong is said, and mended while it runs: a node must come up with less than everything.
	sealbeat_check || warn "starts all the same"
	echo "Starting \${name}."
	${shellLine(runWords(wanted, 'text'))} </dev/null >>"\${logfile}" 2>&1 &
	echo $! >"\${pidfile}"
}

# After a good end nothing is left to do.
sealbeat_release()
{
	rm -f "\${pidfile}"
	${shellLine(releaseWords(wanted))}
}

load_rc_config $name
run_rc_command "$1"
`;

export function netbsdPlan(wanted: Wanted): Plan {
  const comment = 'hash' as const;
  return {
    manager: 'netbsd',
    files: [
      { path: SCRIPT, mode: 0o555, text: netbsdScript(wanted), comment },
      // Read beside rc.conf, which stays the operator's.
      { path: SWITCH, mode: 0o644, text: 'sealbeat=YES\n', comment },
    ],
    register: [],
    enable: [],
    start: [{ words: [SCRIPT, 'start'] }],
    stop: [{ words: [SCRIPT, 'onestop'], mayFail: true }],
    disable: [],
    forget: [],
    isEnabled: ['sh', '-c', '. /etc/rc.subr; load_rc_config sealbeat; checkyesno sealbeat'],
    isRunning: ['sh', '-c', `${SCRIPT} onestatus | grep -q 'is running'`],
    log: LOG,
  };
}
