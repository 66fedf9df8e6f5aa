/**
 * The guard itself, in what dash, bash, BusyBox and the shells of illumos and the BSDs have in common. Its arguments are
 * the program that takes down. What it is told, line by line:
 *
 * `+LINE` collects for the next word. `=KEY SECONDS` makes what was collected a bundle, 0 seconds for one without a lease;
 * what was cut off is never part of one. `-KEY SECONDS` puts it in the place of a bundle's lines, `rKEY SECONDS` starts
 * a lease anew, `xKEY` forgets a bundle, and `lSECONDS FOLDER` leaves what was collected. `?NUMBER` is answered with the
 * number when all before it is done. `!KEY` says that a bundle is run because nobody renewed it; `fKEY` is the answer: it
 * will not be run at the end, and only `xKEY` waits until it has been run. `c PID …` names the agent's other children.
 *
 * When its input ends, because the agent is gone in whatever way, it pipes all bundles into its arguments. The agent's
 * children that run the same program are ended first, unless a number has gone to another program meanwhile: one of them
 * gets commands from the agent and may have some left to run, an addition among them; another would wait for the next
 * event before it notices that nobody listens. The second run is for an addition that the kernel was busy with. Signals
 * are ignored because Ctrl-C and a stop of the service reach the agent, which decides.
 */
const MAIN = `
trap '' INT TERM HUP QUIT PIPE
next='' children='' keys=''
while IFS= read -r line; do
  rest=\${line#?}
  key=\${rest%% *} seconds=\${rest#* }
  case $line in
    +*) next="$next$rest
" ;;
    =*) held=$next next=; keys="$keys $key"; begin "$@" ;;
    -*) halt && { held=$next; begin "$@"; }; next= ;;
    r*) halt && begin "$@" ;;
    f*) eval "held_$key=" ;;
    x*) halt; forget ;;
    l*) seconds=$key notes=\${rest#* } held=$next next=; left "$@" & ;;
    c*) children=$rest ;;
    *) echo "$rest" ;;
  esac
done
exec > /dev/null
all=''
for key in $keys; do
  eval "timer=\\$timer_$key all=\\$all\\$held_$key"
  [ -z "$timer" ] || kill -USR1 "$timer"
done
for pid in $children; do
  name=
  { read -r name < "/proc/$pid/comm"; } 2> /dev/null
  [ "$name" = "\${1##*/}" ] && kill -9 "$pid"
done
[ -n "$all" ] || exit 0
printf %s "$all" | "$@"
printf %s "$all" | "$@"
`;

/**
 * A bundle's lease is a child of its own that counts seconds and has a copy of the lines, so that nothing has to wake the
 * guard from its reading, and the count begins with the renewal. A renewal ends it and begins another. That is left to the
 * kernel, because a trap in the moment before `wait` would wait for the sleep, which ends by itself soon enough. It sleeps
 * eight times at most: every waking costs some milliseconds, on a busy host many, and a lease may last a minute.
 *
 * One that has run its lines stays until it is told to end, with 0: else its number could be another's when it is told.
 * Without its guard it has no task: the agent starts another guard. If the agent is gone as well, it is the last.
 */
const LEASES = `
begin() {
  eval "held_$key=\\$held timer_$key="
  [ "$seconds" -gt 0 ] || return 0
  count "$@" &
  eval "timer_$key=$!"
}
halt() {
  case "$keys " in
    *" $key "*) ;;
    *) return 1 ;;
  esac
  eval "held=\\$held_$key timer=\\$timer_$key timer_$key="
  [ -n "$timer" ] || return 0
  kill -USR1 "$timer"
  if wait "$timer"; then
    forget
    return 1
  fi
}
forget() {
  others=
  for other in $keys; do
    [ "$other" = "$key" ] || others="$others $other"
  done
  keys=$others
  unset "held_$key" "timer_$key"
}
count() {
  exec < /dev/null
  step=$(((seconds + 7) / 8))
  while [ "$seconds" -gt 0 ]; do
    [ "$step" -le "$seconds" ] || step=$seconds
    sleep "$step" > /dev/null
    seconds=$((seconds - step))
    kill -0 $$ && continue
    kill -0 "$PPID" && exit 1
    break
  done
  told=''
  trap 'told=yes' USR1
  echo "!$key"
  exec > /dev/null
  printf %s "$held" | "$@"
  trap 'exit 0' USR1
  [ -z "$told" ] || exit 0
  while kill -0 $$ && kill -0 "$PPID"; do
    sleep 1 > /dev/null &
    wait $!
  done
}
`;

/**
 * What is left for another process has a folder with a note for each line, see notes.ts. A line whose note is gone has been
 * taken over; if the whole folder is gone, nobody can have meant that. `firing` comes first, so that whoever takes a
 * note away knows whether it may have been too late.
 */
const LEAVING = `
left() {
  exec < /dev/null > /dev/null
  while [ "$seconds" -gt 0 ]; do
    sleep 1
    seconds=$((seconds - 1))
    has_notes || { rm -rf "$notes"; exit; }
  done
  echo > "$notes/firing"
  all=''
  number=0
  set -f
  IFS='
'
  for line in $held; do
    number=$((number + 1))
    [ -d "$notes" ] && [ ! -e "$notes/$number" ] || all="$all$line
"
  done
  [ -z "$all" ] || printf %s "$all" | "$@"
  rm -rf "$notes"
}
has_notes() {
  [ -d "$notes" ] || return 0
  for note in "$notes"/[0-9]*; do
    [ -e "$note" ] && return 0
  done
  return 1
}
`;

export const guardScript = LEASES + LEAVING + MAIN;
