#!/bin/sh
# Puts sealbeat below a prefix, or takes it away again. Any sh of POSIX; may be repeated.
set -eu

usage() {
  cat <<'END'
usage: ./install.sh [--prefix DIR] [--mandir DIR] [--destdir DIR] [--force]
       ./install.sh --uninstall [--prefix DIR] [--mandir DIR] [--force]
  --prefix DIR   where it goes (/usr/local)
  --mandir DIR   where manual pages go, below the prefix unless it starts with / (by the custom of the system)
  --destdir DIR  put in front of everything, to make a package: nothing is checked and no record is kept
  --uninstall    remove what was installed there
  --force        replace, or remove, also what was changed since; a replaced file is kept as FILE.old
END
}

say() { printf '%s\n' "sealbeat: $*" >&2; }
fail() {
  say "error: $1"
  [ $# -lt 2 ] || say "hint: $2"
  exit 1
}

prefix=/usr/local
mandir=
destdir=${DESTDIR:-}
uninstall=no
force=no
while [ $# -gt 0 ]; do
  case $1 in
  --prefix | --mandir | --destdir)
    if [ $# -lt 2 ]; then
      usage >&2
      exit 2
    fi
    case $1 in
    --prefix) prefix=$2 ;;
    --mandir) mandir=$2 ;;
    --destdir) destdir=$2 ;;
    esac
    shift
    ;;
  --uninstall) uninstall=yes ;;
  --force) force=yes ;;
  -h | --help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
  esac
  shift
done
case $prefix in
/*) ;;
*) fail "--prefix: not a whole path: $prefix" 'give it from /' ;;
esac
if [ -z "$mandir" ]; then
  case $(uname -s) in
  OpenBSD | NetBSD) mandir='man' ;;
  *) mandir='share/man' ;;
  esac
fi
case $mandir in
/*) ;;
*) mandir=$prefix/$mandir ;;
esac

# One line for each file that is there because of us, `SUM SIZE PATH`, and one for each folder that we made, `d 0 PATH`.
record=$prefix/share/sealbeat/installed
case $0 in
*/*) here=$(CDPATH='' cd "${0%/*}" && pwd) ;;
*) here=$(pwd) ;;
esac
newline='
'

target_of() {
  case $1 in
  share/man/*) printf '%s\n' "$destdir$mandir/${1#share/man/}" ;;
  *) printf '%s\n' "$destdir$prefix/$1" ;;
  esac
}
sum_of() { cksum <"$1" | { read -r digest bytes _ || :; printf '%s\n' "$digest $bytes"; }; }
# Whether a file is as we put it there.
is_ours() {
  [ -f "$record" ] || return 1
  case $newline$(cat "$record")$newline in
  *"$newline$(sum_of "$1") $1$newline"*) return 0 ;;
  *) return 1 ;;
  esac
}

make_folder() {
  if [ -z "$1" ] || [ -d "$1" ]; then return 0; fi
  make_folder "${1%/*}"
  mkdir "$1"
  chmod 0755 "$1"
  made="${made}d 0 $1$newline"
}

check_program() {
  version=$("$here/bin/sealbeat" --version 2>&1) ||
    fail "this program does not run here: $version" 'take the archive for this system and processor, or the one that ends in -node'
  [ -f "$here/lib/sealbeat/sealbeat.cjs" ] || return 0
  for node in node /usr/local/bin/node /opt/ooce/bin/node /opt/local/bin/node /usr/pkg/bin/node; do
    ! command -v "$node" >/dev/null 2>&1 || break
  done
  has=$("$node" -p process.versions.node)
  major=${has%%.*}
  minor=${has#*.}
  minor=${minor%%.*}
  if [ "$major" -lt 22 ] || { [ "$major" -eq 22 ] && [ "$minor" -lt 18 ]; }; then
    fail "Node $has is too old" "install Node 22.18 or newer from the system's packages"
  fi
}

refuse_changed() {
  strange=
  while read -r _ path; do
    target=$(target_of "$path")
    if [ -e "$target" ] || [ -h "$target" ]; then
      if [ ! -f "$target" ] || { ! cmp -s "$here/$path" "$target" && ! is_ours "$target"; }; then
        strange="$strange $target"
      fi
    fi
  done <"$here/FILES"
  [ -z "$strange" ] || [ "$force" = yes ] ||
    fail "there, and not as we left it:$strange; nothing was written" \
      'compare; --force replaces them and keeps each as FILE.old'
}

install_all() {
  [ -f "$here/FILES" ] || fail 'FILES is missing beside install.sh' 'unpack the archive whole'
  [ -n "$destdir" ] || check_program
  refuse_changed
  made=
  lines=
  written=0
  unchanged=0
  while read -r mode path; do
    target=$(target_of "$path")
    if cmp -s "$here/$path" "$target"; then
      unchanged=$((unchanged + 1))
    else
      make_folder "${target%/*}"
      rm -f "$target.sealbeat-new"
      cp "$here/$path" "$target.sealbeat-new"
      if [ -e "$target" ] && ! is_ours "$target"; then
        mv "$target" "$target.old"
        say "kept: $target.old"
      fi
      # A running program keeps the file that it has.
      mv -f "$target.sealbeat-new" "$target"
      written=$((written + 1))
    fi
    chmod "$mode" "$target"
    [ -n "$destdir" ] || lines="$lines$(sum_of "$target") $target$newline"
  done <"$here/FILES"
  [ -n "$destdir" ] || keep_record
  say "$written written, $unchanged unchanged, below $destdir$prefix"
  [ -z "$destdir" ] || return 0
  case :$PATH: in
  *":$prefix/bin:"*) ;;
  *) say "note: $prefix/bin is not on PATH" ;;
  esac
  say 'next: "sealbeat init" on a new node, then "sealbeat service install --start";'
  say 'after an update: "sealbeat service install", then "sealbeat restart"'
}

# Files of an older version that this one does not have are removed.
keep_record() {
  make_folder "${record%/*}"
  printf '%s' "$lines" >"$record.new"
  if [ -f "$record" ]; then
    while read -r sum size path; do
      case $sum in
      d) printf '%s\n' "d 0 $path" >>"$record.new" ;;
      *)
        case $lines in
        *" $path$newline"*) ;;
        *) remove_one "$sum $size" "$path" ;;
        esac
        ;;
      esac
    done <"$record"
  fi
  printf '%s' "$made" >>"$record.new"
  chmod 0644 "$record.new"
  mv -f "$record.new" "$record"
}

remove_one() {
  [ -e "$2" ] || [ -h "$2" ] || return 0
  if [ "$force" = yes ] || { [ -f "$2" ] && [ "$(sum_of "$2")" = "$1" ]; }; then
    rm -f "$2"
    removed=$((removed + 1))
  else
    say "kept, because it was changed: $2"
    kept=$((kept + 1))
  fi
}

uninstall_all() {
  [ -f "$record" ] || fail "nothing of ours is installed below $prefix" 'name the --prefix that it was installed with'
  case $("$prefix/bin/sealbeat" service status --json 2>/dev/null || :) in
  *'"installed":true'*)
    [ "$force" = yes ] ||
      fail 'the service manager still starts it' 'first "sealbeat service uninstall", which keeps config and keys'
    ;;
  esac
  while read -r sum size path; do
    [ "$sum" = d ] || remove_one "$sum $size" "$path"
  done <"$record"
  # Those below come first.
  folders=$(sed -n 's/^d 0 //p' "$record" | LC_ALL=C sort -r)
  rm -f "$record"
  printf '%s\n' "$folders" | while IFS= read -r folder; do
    [ -z "$folder" ] || rmdir "$folder" 2>/dev/null || :
  done
  say "$removed removed, $kept kept; config, identity and state stay"
}

removed=0
kept=0
umask 022
if [ "$uninstall" = yes ]; then
  uninstall_all
else
  install_all
fi
