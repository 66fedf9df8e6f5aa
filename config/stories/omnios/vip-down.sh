#!/bin/sh
# vip-down.sh INTERFACE ADDRESS: the one that this pair has always had. Exit code 0: the address is gone.
[ $# -eq 2 ] || { echo "usage: $0 INTERFACE ADDRESS" >&2; exit 2; }
here() { ifconfig -a | grep -Fq "inet $2 "; }

# removeif fails for what is not there, and that is as good.
here "$@" || exit 0
ifconfig "$1" removeif "$2" || exit 1
! here "$@"
