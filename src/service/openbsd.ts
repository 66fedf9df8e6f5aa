import { dirname } from 'node:path';
import { OperatorError } from '../core/errors.ts';
import { checkWords, releaseWords, runWords, type Plan, type Wanted } from './plan.ts';
import { shellLine, shellWord } from './quote.ts';

const SCRIPT = '/etc/rc.d/sealbeat';

/** pgrep(1) reads the command line as a regular expression, and knows nothing of quotes. */
const FINDABLE = /^[A-Za-z0-9_@%=:,./-]+$/;

/**
 * rc.subr(8) finds the daemon by its whole command line, as pgrep -xf sees it: interpreter, options and script included.
 * Throws OperatorError when it could not be found.
 */
export function openbsdScript(wanted: Wanted): string {
  const words = runWords(wanted, 'syslog');
  const [file = '', ...others] = words;
  const odd = words.find((word) => !FINDABLE.test(word));
  if (odd !== undefined) {
    throw new OperatorError('REFUSED', `rc.d(8) could not find a process with "${odd}" in its command line`, {
      hint: 'use paths of letters, digits, dots, dashes and underscores',
    });
  }
  return `#!/bin/ksh

daemon=${shellWord(file)}
daemon_flags=${shellWord(others.join(' '))}
daemon_timeout=30

. /etc/rc.d/rc.subr

# The whole command line, whatever "rcctl set sealbeat flags" has made of it.
pexp="\${daemon}\${daemon_flags:+ \${daemon_flags}}"

# The program stays in the foreground.
rc_bg=YES

rc_pre() {
	# What is wrong is said, and mended while it runs: a node must come up with less than everything.
	${shellLine(checkWords(wanted))} || echo "sealbeat starts all the same"
	install -d -m 0750 -o root -g wheel ${shellWord(dirname(wanted.control))}
}

# After a good end nothing is left to do.
rc_post() {
	${shellLine(releaseWords(wanted))}
}

rc_cmd "$1"
`;
}

export function openbsdPlan(wanted: Wanted): Plan {
  return {
    manager: 'openbsd',
    files: [{ path: SCRIPT, mode: 0o555, text: openbsdScript(wanted), comment: 'hash' }],
    register: [],
    enable: [{ words: ['rcctl', 'enable', 'sealbeat'] }],
    start: [{ words: ['rcctl', 'start', 'sealbeat'] }],
    stop: [{ words: ['rcctl', '-f', 'stop', 'sealbeat'], mayFail: true }],
    disable: [{ words: ['rcctl', 'disable', 'sealbeat'], mayFail: true }],
    forget: [],
    isEnabled: ['rcctl', 'get', 'sealbeat', 'status'],
    isRunning: ['rcctl', '-f', 'check', 'sealbeat'],
    log: 'grep sealbeat /var/log/daemon',
  };
}
