import { C_LOCALE, NOT_REGULAR, STAY_WITHIN, TAKE_BYTES } from './ssh-files-scripts.ts'

/** What has arrived is not what was sent. */
export const DAMAGED = 44

/** From here on it is worth to ask whether there is a faster way. */
const LARGE_BYTES = 4 * 1024 * 1024

/** What is taken before it is summed. */
const SUMMED_BYTES = 32 * 1024 * 1024

/**
 * - `sum_fast BYTES` chooses what sums: for large files OpenSSL, where it works, since it uses what the processor has for
 *   it and is several times faster.
 * - `sum_of FILE` prints the SHA-256 of a regular file. Where it must stay within, it follows no link.
 */
const SUMS = `
is_file() { [ -f "$1" ] && [ ! -L "$1" ]; }
sum=sha256sum
sum_fast() {
  [ "$1" -ge ${LARGE_BYTES} ] || return 0
  case $(openssl dgst -sha256 -r </dev/null 2>/dev/null) in
    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855*) sum='openssl dgst -sha256 -r' ;;
  esac
}
sum_of() {
  if [ -n "$within" ]; then said=$(dd if="$1" bs=131072 iflag=nonblock,nofollow 2>/dev/null | $sum)
  else said=$($sum <"$1")
  fi || return 1
  echo "\${said%% *}"
}
`

const FIND_FILE = `
within=$2 file=$1
if [ -n "$within" ]; then resolve "$within" "$file"; file=./$name; else file=$(readlink -f "$1") || exit 1; fi
bytes=$(stat -c %s "$file") || exit 1
[ -f "$file" ] || exit ${NOT_REGULAR}
[ -r "$file" ] || { echo "$1: Permission denied" >&2; exit 1; }
`

/** Arguments: the path, within or nothing. Says how many bytes there are, and what changes when the file does. */
export const IDENTIFY_FILE = `${C_LOCALE}${STAY_WITHIN}${FIND_FILE}
exec stat -c '%s %d:%i:%Y:%Z' "$file"
`

/** Arguments as `IDENTIFY_FILE`. Says how many bytes there are, and their SHA-256. */
export const SUM_FILE = `${C_LOCALE}${STAY_WITHIN}${SUMS}${FIND_FILE}
sum_fast "$bytes"
sum=$(sum_of "$file") || exit 1
echo "$bytes $sum"
`

/**
 * Arguments: the path, its directory, the part's name there, one of our own, the mode in octal or nothing, within or
 * nothing, the number of bytes.
 *
 * What an earlier copy has left is made ours by a rename, so that of many copies at once one goes on with it. Says
 * `ready`, the sum of what is at the path when it has as many bytes, how many bytes of the part there are, and their
 * sum. Is told `skip`, or whether to `keep` or `drop` the part; then the bytes that are missing, in one piece, since
 * each piece would cost a program; then `end` and the sum of all. A copy that is cut gives the part its name back.
 *
 * `head` writes 8 KiB at a time, which costs as much again as all else; GNU `dd` does better, and others do not know
 * those flags. It reads what has been written for the sum while more comes, which is cheaper than `tee` in between.
 */
export const COPY_IN = `${C_LOCALE}${STAY_WITHIN}${SUMS}${TAKE_BYTES}
path=$1 directory=$2 part=$3 temporary=$4 mode=$5 within=$6 bytes=$7
if [ -n "$within" ]; then
  enter "$within" "$directory"
  path=./\${path##*/} part=./\${part##*/} temporary=./\${temporary##*/} directory=.
fi
[ -d "$directory" ] || { ls -d "$directory/." >/dev/null; exit 1; }
if [ -d "$path" ] && [ ! -L "$path" ]; then echo "$path: Is a directory" >&2; exit 1; fi
sum_fast "$bytes"
flags='iflag=fullblock,count_bytes,skip_bytes,nofollow status=none bs=131072'
take_all() {
  [ "$size" = 0 ] || echo "0 $size"
  while [ "$left" -gt 0 ]; do
    piece=$((left > ${SUMMED_BYTES} ? ${SUMMED_BYTES} : left))
    dd count="$piece" iflag=fullblock,count_bytes status=none bs=131072 >>"$temporary" || exit 1
    echo "$size $piece"
    size=$((size + piece)) left=$((left - piece))
    [ "$(stat -c %s "$temporary")" = "$size" ] || exit 1
  done
}
give_back() { while read -r at piece; do dd if="$temporary" skip="$at" count="$piece" $flags || exit 1; done; }
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
  drop) : >"$temporary" || exit 1; size=0 ;;
  *) exit 1 ;;
esac
left=$((bytes - size))
if [ "$left" -ge ${LARGE_BYTES} ] && dd if="$temporary" count=0 $flags 2>/dev/null; then
  now=$(take_all | give_back | $sum) || exit 1
else
  take_bytes "$left" >>"$temporary" || exit 1
  now=$(sum_of "$temporary") || exit 1
fi
IFS= read -r told || exit 1
case $told in "end "*) ;; *) exit 1 ;; esac
[ "$(stat -c %s "$temporary")" = "$bytes" ] || exit 1
if [ "\${now%% *}" != "\${told#end }" ]; then rm -f "$temporary"; exit ${DAMAGED}; fi
chmod "$bits" "$temporary" && sync "$temporary" && mv -f -T "$temporary" "$path" || exit 1
trap - EXIT
sync "$directory"
`
