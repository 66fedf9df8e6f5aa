#!/bin/sh
# vip-down.sh INTERFACE ADDRESS: takes it off an illumos host. Exit code 0: it is gone, also when it was not there.
object="$1/vip$(echo "$2" | tr -d .)"
present() { ipadm show-addr "$object" > /dev/null 2>&1; }

present || exit 0
ipadm delete-addr "$object"
! present
