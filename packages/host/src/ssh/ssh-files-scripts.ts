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

/** What the path leads to, or the directory of what is changed, does not lie where it must. */
export const OUTSIDE = 43

export const C_LOCALE = 'LC_ALL=C; export LC_ALL; umask 077; unset CDPATH;'

/**
 * - `enter WITHIN DIRECTORY` goes to the directory, and exits with `OUTSIDE` unless it lies within. What is done from there
 *   by name alone is done in that very directory, wherever its name leads by then.
 * - `resolve WITHIN PATH` follows all links, goes to where they end, and sets `name`.
 */
export const STAY_WITHIN = `
explain() { ls -d "$1/." >/dev/null || exit 1; echo "$1: No such file or directory" >&2; exit 1; }
go() { cd -P "$1" 2>/dev/null || cd -P "$1" 2>/dev/null || cd -P "$1" 2>/dev/null || explain "$1"; }
assert_inside() { case $PWD/ in "\${inside%/}"/*) ;; *) exit ${OUTSIDE} ;; esac; }
enter() { go "$1"; inside=$PWD; go "$2"; assert_inside; }
resolve() {
  go "$1"
  inside=$PWD hops=0 target=$2
  while :; do
    while case $target in ?*/) ;; *) false ;; esac; do target=\${target%/}; done
    name=\${target##*/} directory=.
    case $target in /*) directory=\${target%/*}/ ;; */*) directory=./\${target%/*} ;; esac
    go "$directory"
    case $name in . | ..) go "./$name"; name=. ;; esac
    [ -L "./$name" ] || break
    hops=$((hops + 1))
    [ $hops -le 40 ] || { echo "$2: Too many levels of symbolic links" >&2; exit 1; }
    target=$(readlink -n "./$name" && echo .) || explain "./$name"
    target=\${target%.}
  done
  assert_inside
}
`

/**
 * Arguments: the path, within or nothing, the first byte, the byte after the last or nothing, the limit or nothing.
 * `[ -f` alone would leave an instant in which a FIFO or a link takes the file's place; GNU `dd` waits for none and
 * follows none.
 */
export const READ_FILE = `${C_LOCALE}${STAY_WITHIN}
file=$1 within=$2 start=$3 end=$4 limit=$5 follow=-L flags=nonblock,fullblock,skip_bytes,count_bytes
if [ -n "$within" ]; then resolve "$within" "$file"; file=./$name follow= flags=$flags,nofollow; fi
size=$(stat $follow -c %s "$file") || exit 1
[ -f "$file" ] || exit ${NOT_REGULAR}
if [ -n "$limit" ]; then
  [ "$size" -le "$limit" ] || exit ${TOO_LARGE}
  end=$((limit + 1))
fi
if [ "$start" -gt 0 ] && [ "$start" -ge "$size" ]; then exit 0; fi
if [ -n "$end" ] && [ "$end" -le "$start" ]; then exit 0; fi
count=\${end:+count=$((\${end:-0} - start))}
{ said=$(dd if="$file" bs=131072 skip="$start" $count iflag=$flags 2>&1 >&3 3>&-); } 3>&1 && exit 0
case $said in
  *"invalid input flag"* | *"nrecognized"* | *"invalid argument"* | *"Usage:"*)
    [ -z "$within" ] || { echo "no GNU dd on the worker" >&2; exit 1; }
    if [ -z "$end" ]; then exec tail -c "+$((start + 1))" "$file"; fi
    if [ "$start" = 0 ]; then exec head -c "$end" "$file"; fi
    tail -c "+$((start + 1))" "$file" | head -c $((end - start))
    exit ;;
esac
printf '%s\\n' "$said" >&2
exit 1
`

/** The bytes as they are. They are counted, for a connection that breaks looks like their end. */
const TAKE_ALL = `
cat >>"$temporary" || exit 1
total=$bytes
`

/** Takes so many bytes of the input and not one more, as busybox's `head` would. */
export const TAKE_BYTES = `
case $(head --help 2>&1) in
  *[Bb]usy[Bb]ox*)
    take_bytes() {
      [ "$1" -lt 131072 ] || dd bs=131072 count=$(($1 / 131072)) iflag=fullblock 2>/dev/null || return 1
      [ $(($1 % 131072)) -eq 0 ] || dd bs=$(($1 % 131072)) count=1 iflag=fullblock 2>/dev/null
    } ;;
  *) take_bytes() { head -c "$1"; } ;;
esac
`

/** Pieces, each after a line with its length; at the end the line says so, with the length of all. `read` takes no byte more. */
export const TAKE_FRAMES = `
${TAKE_BYTES}
total=
{
  while IFS= read -r frame; do
    case $frame in
      "end "*) total=\${frame#end }; break ;;
      *[!0-9]* | '') exit 1 ;;
      *) take_bytes "$frame" || exit 1 ;;
    esac
  done
} >>"$temporary"
`

const writeScript = (take: string): string => `${C_LOCALE}${STAY_WITHIN}
path=$1 directory=$2 temporary=$3 mode=$4 within=$5 bytes=$6
if [ -n "$within" ]; then
  enter "$within" "$directory"
  path=./\${path##*/} temporary=./\${temporary##*/} directory=.
fi
[ -d "$directory" ] || { ls -d "$directory/." >/dev/null; exit 1; }
if [ -d "$path" ] && [ ! -L "$path" ]; then echo "$path: Is a directory" >&2; exit 1; fi
if [ -z "$mode" ]; then
  mode=600
  if [ -f "$path" ] && [ ! -L "$path" ]; then mode=$(stat -c %a "$path") || exit 1; fi
fi
trap 'rm -f "$temporary"' EXIT
trap 'exit 1' HUP INT TERM PIPE
set -C
: >"$temporary" || exit 1
${take}
[ "$(stat -c %s "$temporary")" = "$total" ] || { echo "the bytes did not all arrive" >&2; exit 1; }
[ "$mode" = 600 ] || chmod "$mode" "$temporary" || exit 1
sync "$temporary" && mv -f -T "$temporary" "$path" || exit 1
trap - EXIT
sync "$directory"
`

/** Arguments: the path, its directory, a temporary name there, the mode in octal or nothing, within or nothing, the number of bytes. */
export const WRITE_FILE = writeScript(TAKE_ALL)

/** As `WRITE_FILE`, without a number of bytes. Says `ready` when the pieces may come. */
export const WRITE_PIECES = writeScript(`echo ready\n${TAKE_FRAMES}`)

/** Arguments: the path; or the name, within and the directory. Seconds come twice, since not every `stat` knows their fraction. */
export const STAT_ENTRY = `${C_LOCALE}${STAY_WITHIN}
file=$1
if [ $# -gt 1 ]; then enter "$2" "$3"; file=./$1; fi
exec stat -c "%f %s %u %Y %.9Y" "$file"
`

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

/** Arguments as `STAT_ENTRY`. A directory into which somebody writes meanwhile is tried again. */
export const REMOVE_ENTRY = `${C_LOCALE}${STAY_WITHIN}
file=$1
if [ $# -gt 1 ]; then enter "$2" "$3"; file=./$1; fi
for _ in 1 2 3; do said=$(rm -rf "$file" 2>&1) && exit 0; done
printf '%s\\n' "$said" >&2
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
