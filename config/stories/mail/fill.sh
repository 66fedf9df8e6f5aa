#!/bin/sh
# fill.sh TEMPLATE VALUES: prints the template with values in the places of their names, @name@. Whatever has no value is told, and
# nothing is printed then.
set -eu
[ $# -eq 2 ] || { echo 'usage: fill.sh TEMPLATE VALUES' >&2; exit 2; }

awk '
  FILENAME == ARGV[1] {
    if (/^[a-z0-9_]+=/) value[substr($0, 1, index($0, "=") - 1)] = substr($0, index($0, "=") + 1)
    next
  }
  {
    rest = $0
    while (match(rest, /@[a-z0-9_]+@/)) {
      name = substr(rest, RSTART + 1, RLENGTH - 2)
      if (value[name] == "" && !told[name]++) missing = missing " " name
      text = text substr(rest, 1, RSTART - 1) value[name]
      rest = substr(rest, RSTART + RLENGTH)
    }
    text = text rest "\n"
  }
  END {
    if (missing == "") { printf "%s", text; exit }
    print "fill.sh: no value for" missing "; add a line name=value to " ARGV[1] >"/dev/stderr"
    exit 1
  }
' "$2" "$1"
