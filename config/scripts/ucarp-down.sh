#!/bin/sh
# ucarp-down.sh INTERFACE ADDRESS [MORE]: as ucarp calls its downscript, for Linux. Exit code 0: the address is gone.
# One that is not there is gone already: so what counts is what is seen afterwards, and not what "del" says.
ip address del "$2/${SEALBEAT_PREFIX_LENGTH:-32}" dev "$1" 2> /dev/null
shown=$(ip -o address show dev "$1" to "$2") || exit 0
[ -z "$shown" ]
