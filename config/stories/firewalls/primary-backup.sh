#!/bin/sh
# sealbeat says what this firewall has become, and conntrackd is told what that means for the connections. Exit code 1 if it does
# not answer, with a line on standard error for each thing that was not done.
set -u

left=0

# An option of conntrackd(8), and what remains undone if it fails.
tell() {
  conntrackd "$1" && return
  printf 'conntrackd %s failed: %s\n' "$1" "$2" >&2
  left=1
}

case "${1-}" in
primary)
  tell -c 'the connections of the other firewall are not in the kernel'
  tell -f 'the caches still hold what was taken over'
  tell -R 'the cache does not know all connections of the kernel'
  tell -B 'the other firewall has not been sent the connections'
  ;;
backup)
  tell -t 'connections that ended meanwhile stay in the kernel'
  tell -n 'the other firewall has not been asked for its connections'
  ;;
fault)
  tell -t 'connections that ended meanwhile stay in the kernel'
  ;;
*)
  printf 'usage: %s primary|backup|fault\n' "$0" >&2
  exit 2
  ;;
esac
exit "$left"
