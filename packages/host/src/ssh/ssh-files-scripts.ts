/**
 * What `HostFiles` does on a worker: one script, and so one round trip, for each operation. They need `/bin/sh` and the
 * usual small tools (GNU, or busybox). Paths are absolute, so that none is taken for an option.
 *
 * What went wrong is told by the tools in the C locale, on stderr; the exit codes below say the rest.
 */

/** The path leads to something that is not a regular file. */
export const NOT_REGULAR = 41
/** The file is larger than the limit. */
export const TOO_LARGE = 42

const C_LOCALE = 'LC_ALL=C; export LC_ALL; umask 077;'

/**
 * Arguments: the path, the limit in bytes, the limit plus one. Some of the last block may come too much.
 * `[ -f` alone would leave an instant in which a FIFO takes the file's place; GNU `dd` does not wait for one either.
 */
export const READ_FILE = `${C_LOCALE}
size=$(stat -L -c %s "$1") || exit 1
[ -f "$1" ] || exit ${NOT_REGULAR}
[ "$size" -le "$2" ] || exit ${TOO_LARGE}
{ said=$(dd if="$1" bs=65536 count=$(($2 / 65536 + 1)) iflag=nonblock,fullblock 2>&1 >&3 3>&-); } 3>&1 && exit 0
case $said in
  *"invalid input flag"* | *"nrecognized"* | *"invalid argument"* | *"Usage:"*) exec head -c "$3" "$1" ;;
esac
printf '%s\\n' "$said" >&2
exit 1
`

/**
 * Arguments: the path, its directory, a temporary name there, the mode in octal or nothing, the number of bytes.
 * Input: the bytes. They are counted, for a connection that breaks looks like their end.
 */
export const WRITE_FILE = `${C_LOCALE}
path=$1 directory=$2 temporary=$3 mode=$4 bytes=$5
[ -d "$directory" ] || { ls -d "$directory/." >/dev/null; exit 1; }
if [ -d "$path" ] && [ ! -L "$path" ]; then echo "$path: Is a directory" >&2; exit 1; fi
if [ -z "$mode" ]; then
  mode=600
  if [ -f "$path" ] && [ ! -L "$path" ]; then mode=$(stat -c %a "$path") || exit 1; fi
fi
trap 'rm -f "$temporary"' EXIT
trap 'exit 1' HUP INT TERM PIPE
set -C
cat >"$temporary" || exit 1
[ "$(stat -c %s "$temporary")" = "$bytes" ] || { echo "the bytes did not all arrive" >&2; exit 1; }
[ "$mode" = 600 ] || chmod "$mode" "$temporary" || exit 1
sync "$temporary" && mv -f -T "$temporary" "$path" || exit 1
trap - EXIT
sync "$directory"
`

/** Argument: the path. Seconds come twice, since not every `stat` knows their fraction. */
export const STAT_ENTRY = `${C_LOCALE} exec stat -c "%f %s %u %Y %.9Y" "$1"`

/** Argument: the path. Each name comes with a path before it and a NUL after it. */
export const LIST_DIRECTORY = `${C_LOCALE} exec find "$1/." ! -name . -prune -print0`

/** Arguments: the path, the mode in octal. `mkdir -m` heeds no umask. */
export const MAKE_DIRECTORY = `${C_LOCALE}
path=$1 mode=$2 step=$1
shift 2
while [ ! -d "$step" ]; do
  set -- "$step" "$@"
  parent=\${step%/*}
  [ -n "$parent" ] || parent=/
  [ "$parent" != "$step" ] || break
  if [ -e "$parent" ] && [ ! -d "$parent" ]; then echo "$parent: Not a directory" >&2; exit 1; fi
  step=$parent
done
[ $# -eq 0 ] || mkdir -m "$mode" "$@" || [ -d "$path" ]
`

/** Argument: the path. A directory into which somebody writes meanwhile is tried again. */
export const REMOVE_ENTRY = `${C_LOCALE}
for _ in 1 2 3; do said=$(rm -rf "$1" 2>&1) && exit 0; done
printf "%s\\n" "$said" >&2
exit 1
`

/**
 * Arguments: from, to, the directory of each. `mv` would copy from one file system to another. Directories are compared,
 * since an overlay gives its files other device numbers.
 */
export const RENAME_ENTRY = `${C_LOCALE}
from=$1 to=$2
devices=$(stat -c %d "$3/." "$4/.") || exit 1
set -- $devices
[ "$1" = "$2" ] || { echo "$to: Invalid cross-device link" >&2; exit 1; }
if [ "$from" = "$to" ]; then exec ls -d "$from" >/dev/null; fi
exec mv -f -T "$from" "$to"
`

/** Argument: the path. The resolved one comes with a newline after it. */
export const REAL_PATH = `${C_LOCALE} ls -Ld "$1" >/dev/null && exec readlink -f "$1"`
