import { END_PROCESSES, KNOW_PROCESSES } from './worker-script-processes.ts'
import { CLEAN_SHELL } from './worker-script-start.ts'

/** Nothing is translated, echoed or taken for a signal, so that our two lines reach the script as they are. */
export const RAW_MODES = {
  ICANON: 0,
  ECHO: 0,
  ISIG: 0,
  IEXTEN: 0,
  ICRNL: 0,
  INLCR: 0,
  IGNCR: 0,
  ISTRIP: 0,
  IXON: 0,
  IXOFF: 0,
  OPOST: 0,
}

/**
 * Becomes the program on a terminal that is raw when it comes. Arguments: the two halves of a mark, which is said first;
 * behind it why nothing can start, or `ok PID START;`. What follows is the program's.
 *
 * Both lines are read before the terminal begins to echo. The shell's own variables are gone by then, but for `x_text`,
 * which is not exported.
 */
export const BECOME_PROGRAM = `${CLEAN_SHELL}
printf %s "$1$2"
read_line || exit 1
eval "$x_text"
check || exit 126
read_line || exit 1
read -r x_stat </proc/$$/stat
x_stat=\${x_stat##*) }
stty sane iutf8 2>/dev/null || stty sane || exit 1
printf 'ok %s %s;' $$ "$(set -- $x_stat; echo "\${20}")"
unset PWD OLDPWD SHLVL
command export -n PATH 2>/dev/null
eval "$x_text"
exec "$@"
`

/** Arguments: pid, start time and boot id of the session's leader. Ends all of its session. */
export const END_SESSION = `${KNOW_PROCESSES}${END_PROCESSES}
pid=$1 started=$2 boot=$3 scope=session
signal_members TERM HUP
if [ "$signalled" -gt 0 ]; then ends_within 2000; fi
kill_members || echo stuck
exit 0
`
