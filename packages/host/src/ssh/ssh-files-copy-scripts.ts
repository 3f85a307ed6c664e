import { C_LOCALE, NOT_REGULAR, STAY_WITHIN, TAKE_FRAMES } from './ssh-files-scripts.ts'

/** What has arrived is not what was sent. */
export const DAMAGED = 44

const SUMS = `
is_file() { [ -f "$1" ] && [ ! -L "$1" ]; }
sum_of() {
  said=$(dd if="$1" bs=131072 iflag=nonblock,nofollow 2>/dev/null | sha256sum) || return 1
  echo "\${said%% *}"
}
`

/** Arguments: the path, within or nothing. Says how many bytes there are, and their SHA-256. */
export const SUM_FILE = `${C_LOCALE}${STAY_WITHIN}${SUMS}
file=$1
if [ -n "$2" ]; then resolve "$2" "$file"; file=./$name; else file=$(readlink -f "$1") || exit 1; fi
bytes=$(stat -c %s "$file") || exit 1
[ -f "$file" ] || exit ${NOT_REGULAR}
[ -r "$file" ] || { echo "$1: Permission denied" >&2; exit 1; }
sum=$(sum_of "$file") || exit 1
echo "$bytes $sum"
`

/**
 * Arguments: the path, its directory, the part's name there, one of our own, the mode in octal or nothing, within or
 * nothing, the number of bytes and their sum.
 *
 * What an earlier copy has left is made ours by a rename, so that of many copies at once one goes on with it. Says
 * `ready`, the sum of what is at the path when it has as many bytes, how many bytes of the part there are, and their
 * sum. Is told `skip`, or whether to `keep` or `drop` the part, and then pieces. A copy that is cut gives the part its
 * name back.
 */
export const COPY_IN = `${C_LOCALE}${STAY_WITHIN}${SUMS}
path=$1 directory=$2 part=$3 temporary=$4 mode=$5 within=$6 bytes=$7 sum=$8
if [ -n "$within" ]; then
  enter "$within" "$directory"
  path=./\${path##*/} part=./\${part##*/} temporary=./\${temporary##*/} directory=.
fi
[ -d "$directory" ] || { ls -d "$directory/." >/dev/null; exit 1; }
if [ -d "$path" ] && [ ! -L "$path" ]; then echo "$path: Is a directory" >&2; exit 1; fi
there=- bits=\${mode:-600} part_sum=-
if is_file "$path"; then
  [ -n "$mode" ] || bits=$(stat -c %a "$path") || exit 1
  if [ "$(stat -c %s "$path")" = "$bytes" ]; then there=$(sum_of "$path"); fi
fi
trap 'if [ -s "$temporary" ]; then mv -f -T "$temporary" "$part"; else rm -f "$temporary"; fi' EXIT
trap 'exit 1' HUP INT TERM PIPE
mv -f -T "$part" "$temporary" 2>/dev/null
if ! is_file "$temporary"; then
  rm -rf "$temporary"
  set -C
  : >"$temporary" || exit 1
  set +C
fi
size=$(stat -c %s "$temporary") || exit 1
[ "$size" = 0 ] || part_sum=$(sum_of "$temporary") || exit 1
echo "ready \${there:--} $size $part_sum"
IFS= read -r verdict || exit 1
case $verdict in
  skip) [ -z "$mode" ] || chmod "$mode" "$path"; exit ;;
  keep) ;;
  drop) : >"$temporary" || exit 1 ;;
  *) exit 1 ;;
esac
${TAKE_FRAMES}
if [ "$total" != "$bytes" ] || [ "$(sum_of "$temporary")" != "$sum" ]; then rm -f "$temporary"; exit ${DAMAGED}; fi
chmod "$bits" "$temporary" && sync "$temporary" && mv -f -T "$temporary" "$path" || exit 1
trap - EXIT
sync "$directory"
`
