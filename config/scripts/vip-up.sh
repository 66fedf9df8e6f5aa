#!/bin/sh
# vip-up.sh INTERFACE ADDRESS: puts an IPv4 address on an illumos host. Exit code 0: it is there and usable.
object="$1/vip$(echo "$2" | tr -d .)"
state() { ipadm show-addr -p -o state "$object" 2> /dev/null; }

# It may be there already: programs are run again when something in between has failed.
if [ -z "$(state)" ]; then
  # -t: it must not come back at boot before any node has decided anything.
  ipadm create-addr -t -T static -a "$2/${SEALBEAT_PREFIX_LENGTH:-32}" "$object" || exit 1
fi
# The kernel asks first whether somebody has it, and ipadm calls a duplicate a success.
tries=0
while [ "$(state)" = tentative ] && [ "$tries" -lt 7 ]; do
  sleep 1
  tries=$((tries + 1))
done
[ "$(state)" = ok ] && exit 0
echo "$object: $(state)" >&2
ipadm delete-addr "$object"
exit 1
