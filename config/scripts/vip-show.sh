#!/bin/sh
# vip-show.sh INTERFACE ADDRESS: exit code 0: it is on this illumos host and usable; 1: it is not; 2: nobody can tell.
object="$1/vip$(echo "$2" | tr -d .)"

# One look at all of them: for one object, "it is not there" and "cannot look" end alike.
shown=$(ipadm show-addr -p -o addrobj,state) || exit 2
echo "$shown" | grep -Fqx "$object:ok" || exit 1
