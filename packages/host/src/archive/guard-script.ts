/**
 * Keeps a restore on its machine: it sweeps what dead ones have left, makes the private directory beside the target, and
 * puts it in the target's place when it is told `swap` and, if it is an odd one, the mode of the directory. Its input is
 * held by whoever restores: when that one fails or dies, the input ends, and the private directory goes.
 *
 * - `owner` in the private directory names this shell by pid and start time, so that nobody sweeps what is alive.
 * - A guard that was killed between the two renames leaves the old content in `old`: the next one puts it back.
 * - What lies in closed directories goes after those were opened. Files keep their modes: the very same ones may lie
 *   elsewhere, by hard links or for a base that was laid.
 * - Programs that it starts ignore signals as it does: a tidying that has begun ends by itself.
 *
 * Runs in the target's parent; its arguments are the target's name and the private directory's.
 */
export const GUARD_SCRIPT = `
trap '' HUP INT TERM PIPE
umask 077
base=./$1 stage=./$2
find_start() {
  start=
  read -r stat <"/proc/$1/stat" || return 1
  set -- \${stat##*) }
  start=\${20}
}
is_alive() {
  [ -n "$1" ] || return 1
  [ -e /proc/self/stat ] || { kill -0 "$1"; return; }
  find_start "$1" && [ "$start" = "$2" ]
}
is_there() { [ -e "$1" ] || [ -L "$1" ]; }
move() { mv -T -- "$1" "$2" || { ! is_there "$2" && mv -- "$1" "$2"; }; }
discard() {
  round=0
  until rm -rf -- "$1"; do
    round=$((round + 1))
    [ "$round" -lt 5 ] || return 1
    find "$1" -type d ! -perm -700 -exec chmod u+rwx {} \\;
    sleep 0.2
  done
}
put_back() { [ -d "$1/old" ] && ! is_there "$base" && move "$1/old" "$base"; }
swap() {
  if is_there "$base"; then
    [ -w "$base" ] || chmod u+w -- "$base"
    move "$base" "$stage/old" || return 1
  fi
  if move "$stage/new" "$base"; then
    [ -z "$mode" ] || chmod -- "$mode" "$base"
    return 0
  fi
  put_back "$stage"
  return 1
}
{
  for left in "./.$1.x-restore-"*; do
    [ -d "$left" ] && [ ! -L "$left" ] || continue
    pid= owner_start=
    read -r pid owner_start <"$left/owner"
    is_alive "$pid" "$owner_start" && continue
    put_back "$left"
    discard "$left"
  done
} 2>/dev/null
find_start "$$" 2>/dev/null
mkdir -- "$stage" "$stage/new" && echo "$$ $start" >"$stage/owner" || exit 1
folds=exact
: >"$stage/case"
[ -e "$stage/CASE" ] && folds=folds
echo "ready $folds"
read -r word mode
[ "$word" = swap ] && swap && echo done
discard "$stage" 2>/dev/null
`
