#!/bin/sh
# vip-up.sh INTERFACE ADDRESS: the one that this pair has always had. Exit code 0: the address is here.
[ $# -eq 2 ] || { echo "usage: $0 INTERFACE ADDRESS" >&2; exit 2; }
here() { ifconfig -a | grep -Fq "inet $2 "; }

# A second call must not add it a second time.
here "$@" && exit 0
ifconfig "$1" addif "$2/24" up || exit 1
here "$@"
