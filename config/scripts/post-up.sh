#!/bin/sh
# post-up.sh UNIT: a hook for post_up that starts a service, unless a newer holder is known already.
#
# Hooks of one node are run in order. Where several nodes act on something that they share (a database, a DNS record),
# the word of a node that was slow must not undo that of a newer holder: each takeover has a higher epoch, so whoever
# remembers the highest can tell. Here that is a file; put it where all nodes see it if they are to agree on it.
seen="${STATE_FILE:-/var/lib/sealbeat-hooks/$SEALBEAT_GROUP.epoch}"
newest=$(cat "$seen" 2> /dev/null || echo 0)

if [ "$SEALBEAT_EPOCH" -lt "$newest" ]; then
  echo "epoch $SEALBEAT_EPOCH is older than $newest: not for me any more" >&2
  exit 1
fi
# Written as a whole or not at all.
mkdir -p "$(dirname "$seen")" && echo "$SEALBEAT_EPOCH" > "$seen.new" && mv "$seen.new" "$seen" || exit 1

# It may run already: a hook may be called again for a state that has not changed.
exec "${SERVICE_COMMAND:-systemctl}" start "$1"
