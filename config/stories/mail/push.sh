#!/bin/sh
# push.sh [-e COMMAND] FILE HOST...: puts one config on every host and has it read.
#
# Two rounds, so that all hosts have it or none: each is sent the file beside the one in force and checks it; when all of them find
# it good, each puts it into its place. COMMAND gets a host and a line for its shell, as ssh does, and passes its input on.
set -eu
remote=ssh
if [ "${1:-}" = -e ] && [ $# -gt 1 ]; then
  remote=$2
  shift 2
fi
[ $# -ge 2 ] || { echo 'usage: push.sh [-e COMMAND] FILE HOST...' >&2; exit 2; }
file=$1
shift

check='cd /etc/sealbeat && umask 077 && cat >sealbeat.yaml.new && sealbeat check --config sealbeat.yaml.new'
# The daemon is not root: the new file may be read by whoever may read the old one. Before the first start there is none.
put='cd /etc/sealbeat &&
if [ -e sealbeat.yaml ]; then
  chown --reference=sealbeat.yaml sealbeat.yaml.new && chmod --reference=sealbeat.yaml sealbeat.yaml.new
fi &&
mv sealbeat.yaml.new sealbeat.yaml &&
if systemctl --quiet is-active sealbeat; then sealbeat reload; else echo "in its place; sealbeat does not run"; fi'

for host; do
  echo "== $host: check"
  # shellcheck disable=SC2086 # the command may have options of its own
  $remote "$host" "$check" <"$file" || { echo "push.sh: $host does not take it; no host has been changed" >&2; exit 1; }
done
failed=
for host; do
  echo "== $host: reload"
  # shellcheck disable=SC2086
  $remote "$host" "$put" </dev/null || failed="$failed $host"
done
[ -z "$failed" ] || { echo "push.sh: not in force on$failed; \"sealbeat status\" there says why" >&2; exit 1; }
