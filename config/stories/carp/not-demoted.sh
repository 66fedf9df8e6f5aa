#!/bin/sh
# not-demoted.sh: exit code 0 as long as CARP is not demoted on this firewall, by pfsync, by relayd, by a dead interface or by hand.
count=$(sysctl -n net.inet.carp.demotion 2> /dev/null) || count=
# OpenBSD counts by interface group.
[ -n "$count" ] || count=$(ifconfig -g carp | sed -n 's/.*demote count //p')
echo "demoted by ${count:-0}"
[ "${count:-0}" -le 0 ]
