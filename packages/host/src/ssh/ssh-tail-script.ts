/**
 * Holds a file open and answers one question a line with one line. Arguments: the path, and whether a symlink at its end
 * is followed (`yes`, `no`).
 *
 * - `open N`, `identity`: what stands at the path, as device and inode; `nothing`, `irregular`, `denied`.
 * - `size N`, `read N START LENGTH` (in base64), `close N`: of an open one, wherever its name has gone.
 * - `change` waits until something is otherwise than at the last one, 2 s at most; looks 100 ms apart.
 */
export const HOLD_FILE = `LC_ALL=C; export LC_ALL
file=$1 follow=-L seen=
[ "$2" = yes ] || follow=
identify() {
  if [ -z "$follow" ] && [ -L "$file" ]; then echo irregular; return 1; fi
  if [ ! -e "$file" ]; then
    case $(stat -L "$file" 2>&1) in *": Permission denied") echo denied ;; *) echo nothing ;; esac
    return 1
  fi
  [ -f "$file" ] || { echo irregular; return 1; }
  stat $follow -c %d:%i "$file" 2>/dev/null || { echo nothing; return 1; }
}
opened() { stat -L -c %d:%i "/proc/self/fd/$1"; }
while IFS=" " read -r question n start length; do
  case $question in
    open)
      if found=$(identify); then
        if { : <"$file"; } 2>/dev/null && eval "command exec $n<\\"\\$file\\"" 2>/dev/null; then
          now=$(opened "$n")
          if [ -n "$follow" ] || [ "$now" = "$found" ]; then echo "$now"; else eval "exec $n<&-"; echo irregular; fi
        elif [ -e "$file" ]; then echo denied; else echo nothing; fi
      else echo "$found"; fi ;;
    identity) identify ;;
    size) stat -L -c %s "/proc/self/fd/$n" ;;
    read)
      dd if="/proc/self/fd/$n" bs=65536 iflag=skip_bytes,count_bytes,fullblock skip="$start" count="$length" 2>/dev/null |
        base64 -w 0
      echo ;;
    close) eval "exec $n<&-"; echo closed ;;
    change)
      looks=0
      while
        now=$(stat -L -c "%d:%i %s %.9Y %.9Z" "$file" /proc/self/fd/3 /proc/self/fd/4 2>/dev/null)
        [ "$now" = "$seen" ] && [ $looks -lt 20 ]
      do
        looks=$((looks + 1))
        sleep 0.1
      done
      seen=$now
      echo changed ;;
  esac
done
`
