#!/bin/sh
# ucarp-up.sh INTERFACE ADDRESS [MORE]: as ucarp calls its upscript, for Linux. Exit code 0: the address is there.
# "replace" may be run again; "add" would fail then, and an up that fails is undone.
ip address replace "$2/${SEALBEAT_PREFIX_LENGTH:-32}" dev "$1" || exit 1
# What is left in the background is not waited for.
arping -q -U -c 3 -I "$1" "$2" > /dev/null 2>&1 &
