#!/bin/sh
# Starts sealbeat with the system's own Node.
self=$0
while [ -h "$self" ]; do
  link=$(ls -ld "$self")
  link=${link#*' -> '}
  case $link in
  /*) self=$link ;;
  *) self=${self%/*}/$link ;;
  esac
done
home=${self%/*}/..
# Service managers have a short PATH.
for node in node /usr/local/bin/node /opt/ooce/bin/node /opt/local/bin/node /usr/pkg/bin/node; do
  if command -v "$node" >/dev/null 2>&1; then
    exec "$node" --max-semi-space-size=1 --v8-pool-size=0 --expose-gc "$home/lib/sealbeat/sealbeat.cjs" "$@"
  fi
done
echo 'sealbeat: error: Node is not installed' >&2
echo "sealbeat: hint: install Node 22.18 or newer from the system's packages" >&2
exit 1
