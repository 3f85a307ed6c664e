import { END_PROCESSES, KNOW_PROCESSES } from './worker-script-processes.ts'

/**
 * Waits until a wrapper has become the program. Arguments: pid, start time, boot id, and a word of the wrapper's command
 * line. Says `runs`, or `ended` when it is gone.
 */
export const AWAIT_PROGRAM = `${KNOW_PROCESSES}
while is_same "$1" "$2" "$3"; do
  # In the middle of an exec a process has no command line.
  if grep -qsa . "/proc/$1/cmdline" && ! grep -qszF -e "$4" "/proc/$1/cmdline"; then
    is_same "$1" "$2" "$3" && { echo runs; exit 0; }
  fi
  sleep 0.01
done
echo ended
`

/**
 * Climbs a ladder for all of a session. Arguments: pid, start time, boot id, then signal and milliseconds of each step.
 * Says the last signal, `none` when nobody was left, or `survived`.
 */
export const STOP_SESSION = `${KNOW_PROCESSES}${END_PROCESSES}
pid=$1 started=$2 boot=$3 scope=session sent=none
shift 3
session_ends_within() {
  clock
  session_until=$((now + ($1 + 9) / 10))
  while signal_members 0; [ "$signalled" -gt 0 ]; do
    clock
    [ "$now" -lt "$session_until" ] || return 1
    sleep 0.02
  done
}
while [ $# -gt 0 ]; do
  signal_members "$1"
  [ "$signalled" -gt 0 ] || break
  sent=$1
  if session_ends_within "$2"; then break; fi
  shift 2
  if [ $# -eq 0 ]; then echo survived; exit 0; fi
done
[ "$sent" = none ] || kill_members || { echo survived; exit 0; }
echo "$sent"
`
