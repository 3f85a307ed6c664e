import { C_LOCALE, STAY_WITHIN } from '../ssh/ssh-files-scripts.ts'

/**
 * The machine's side of a download. Arguments: the path, its directory, the part's name there, one of our own, the mode in
 * octal or nothing, within or nothing, the digest or nothing.
 *
 * What an earlier download has left is a directory with `data` and, when it can be gone on with, `from`: what proves to
 * the server that it is still of the same thing. It is made ours by a rename, so that of many downloads at once one goes
 * on with it. Says `there` when the path has the digest already, else `ready`, the bytes that are there, and `from`. Then
 * it does what it is told, line by line:
 *
 * - `curl` or `wget`, the most bytes, then the lines of its configuration and an empty one. Says `head` and a line for
 *   each line of a response, `size` now and then, `said` and a line for the last complaints, and at last `done`, the exit
 *   code, the bytes, and `full` when they could not all be written. With curl, each empty `head` is answered as `take` is
 *   told, or by `more`, or `stop`. busybox as wget has its URL among its arguments.
 * - `take`: `append` or `replace`, the most bytes, `yes` or `no` for whether it may be gone on with, and by what. Then pieces
 *   come, each after a line with its length, and `end`.
 * - `sum` says `sum`, the bytes and their digest. `cut` leaves so many bytes, `clear` none. `place` gives the file its
 *   name, and says `placed`. `drop` leaves nothing.
 *
 * When its input ends or it is ended, it gives what can be gone on with its name back.
 */
export const DOWNLOAD_SCRIPT = `${C_LOCALE}${STAY_WITHIN}
path=$1 directory=$2 part=$3 own=$4 mode=$5 within=$6 digest=$7
cr=$(printf '\\r')
if [ -n "$within" ]; then
  enter "$within" "$directory"
  path=./\${path##*/} part=./\${part##*/} own=./\${own##*/} directory=.
fi
[ -d "$directory" ] || { ls -d "$directory/." >/dev/null; exit 1; }
if [ -d "$path" ] && [ ! -L "$path" ]; then echo "$path: Is a directory" >&2; exit 1; fi
is_file() { [ -f "$1" ] && [ ! -L "$1" ]; }
sum_of() { said=$(sha256sum <"$1") && echo "\${said%% *}"; }
bytes() { stat -c %s "$own/data"; }
bits=\${mode:-600}
if is_file "$path"; then
  [ -n "$mode" ] || bits=$(stat -c %a "$path") || exit 1
  if [ -n "$digest" ] && [ "$(sum_of "$path" 2>/dev/null)" = "$digest" ]; then
    [ -z "$mode" ] || chmod "$mode" "$path" || exit 1
    echo "there $(stat -c %s "$path")"
    exit
  fi
fi
release() {
  trap '' HUP INT TERM PIPE
  rm -f "$own/exit" "$own/said"
  if [ -e "$own/from" ] && [ -s "$own/data" ]; then
    rm -rf "$part"
    mv -T "$own" "$part" && return
  fi
  rm -rf "$own"
}
trap release EXIT
trap 'exit 1' HUP INT TERM PIPE
mv -T "$part" "$own" 2>/dev/null
if [ ! -d "$own" ] || [ -L "$own" ]; then
  rm -rf "$own"
  mkdir "$own" || exit 1
fi
size=0 from=
if is_file "$own/data" && is_file "$own/from"; then
  size=$(bytes) || exit 1
  IFS= read -r from <"$own/from"
else
  rm -rf "$own/data" "$own/from"
fi
: >>"$own/data" || exit 1
echo "ready $size $from"
exec 3<&0 4>&1
watch() {
  while sleep 0.25 && [ -d "$own" ]; do
    length=
    [ ! -s "$own/said" ] || length=$(sed -n 's/^ *[Cc]ontent-[Ll]ength: *\\([0-9]*\\).*/\\1/p' "$own/said" | tail -n 1)
    echo "size $(bytes) $length"
  done 2>/dev/null >&4
}
write() {
  if [ "$1" = - ]; then cat; else head -c "$1"; fi >>"$own/data" || : >"$own/full"
}
begin() {
  [ "$1" = append ] || : >"$own/data" || return
  rm -f "$own/from"
  [ "$2" = no ] || printf '%s\\n' "$3" >"$own/from"
}
config() { while IFS= read -r line && [ -n "$line" ]; do printf '%s\\n' "$line"; done; }
take_curl() {
  exec 5<&0
  while IFS= read -r line; do
    printf 'head %s\\n' "$line"
    case $line in '' | "$cr") ;; *) continue ;; esac
    read -r verdict limit keep from <&3 || return
    case $verdict in
      more) continue ;;
      append | replace) ;;
      *) return ;;
    esac
    begin "$verdict" "$keep" "$from" || return
    watch &
    write "$limit" <&5
    kill "$!"
    wait "$!" 2>/dev/null
    return
  done
}
run_curl() {
  curl -q --config - -i -N -sS -g --proto =http,https --suppress-connect-headers -w '%{stderr}\\nsize %{size_download}\\n'
}
run_wget() { wget --no-config -i - -O - -nv -S --max-redirect=0 --tries=1 --no-hsts "$@"; }
run_busybox() {
  IFS= read -r url
  wget -q -S -O - "$url"
}
take_all() {
  watch &
  write "$1"
  kill "$!"
  wait "$!" 2>/dev/null
}
fetch() {
  tool=$1 limit=$2
  shift 2
  rm -f "$own/full"
  : >"$own/said"
  config | { "run_$tool" "$@" 2>"$own/said"; echo "$?" >"$own/exit"; } | case $tool in
    curl) take_curl ;;
    *) begin replace no && take_all "$limit" ;;
  esac
  if [ "$tool" = curl ]; then tail -n 20; else cat; fi <"$own/said" | while IFS= read -r line; do printf 'said %s\\n' "$line"; done
  full=
  [ ! -e "$own/full" ] || full=full
  rm -f "$own/full" "$own/said"
  echo "done $(cat "$own/exit") $(bytes) $full"
}
piece() {
  # Not by a file: the disk may be full.
  said=$(dd bs="$1" count=1 iflag=fullblock 2>&1 >>"$own/data") && return
  printf '%s\\n' "$said" >&2
  return 1
}
take() {
  begin "$1" "$3" "$4" || return
  while IFS= read -r frame; do
    case $frame in
      end) echo "done 0 $(bytes)"; return ;;
      *[!0-9]* | '') return 1 ;;
      *) piece "$frame" || return ;;
    esac
  done
  return 1
}
while read -r command one two three four; do
  case $command in
    curl) fetch curl "$one" ;;
    wget) fetch wget "$one" "--connect-timeout=$two" "--read-timeout=$two" ;;
    busybox) fetch busybox "$one" ;;
    take) take "$one" "$two" "$three" "$four" || exit 1 ;;
    sum) sum=$(sum_of "$own/data") || exit 1; echo "sum $(bytes) $sum" ;;
    cut) truncate -s "$one" "$own/data" || exit 1 ;;
    clear) rm -f "$own/from"; : >"$own/data" ;;
    place)
      chmod "$bits" "$own/data" && sync "$own/data" && mv -f -T "$own/data" "$path" || exit 1
      rm -rf "$own"
      sync "$directory"
      echo placed
      exit ;;
    drop) rm -rf "$own"; exit ;;
    *) exit 1 ;;
  esac
done
exit 1
`
