/**
 * The launcher of a detached program: it becomes the program (`exec`), so pid and start time stay what it wrote down.
 *
 * Arguments: the record, a temporary name beside it, the value of `PWD` or nothing, then the program and its arguments.
 * File descriptor 3 hears the record's line, and whatever went wrong besides; it is closed as the program begins.
 *
 * - Nothing but builtins and one `mv`, found by the system's own path since the program's `PATH` may be anything; as the
 *   last command of the subshell it costs no fork of its own.
 * - All variables live in a subshell: in the shell itself, one that the environment also has would change for the program.
 *   Its umask 077 ends with it as well. `$$` stays the launcher's pid in a subshell.
 * - A shell adds `PWD`; it is set back to what the caller said. Where `/bin/sh` is bash, `SHLVL` stays.
 * - It speaks before it writes: when the starter is dead by then, SIGPIPE ends the launch and nothing is on disk.
 * - The shell of busybox exports a `PATH` of its own when it was given none, and counts `SHLVL` on.
 * - When `exec` fails the record goes away: dash leaves through the trap, bash goes on to the next line.
 */
export const LAUNCH_SCRIPT = `
(
  umask 077
  set -f
  read -r stat </proc/$$/stat && read -r boot </proc/sys/kernel/random/boot_id || exit 1
  record=$1 temporary=$2
  set -- \${stat##*) }
  line="{\\"pid\\":$$,\\"startTime\\":\\"\${20}\\",\\"bootId\\":\\"$boot\\"}"
  printf '%s\\n' "$line" >&3 && printf '%s\\n' "$line" >"$temporary" && command -p mv -f -- "$temporary" "$record"
) 2>&3 || exit 125
x_launch_record=$1
trap 'command -p rm -f -- "$x_launch_record"' EXIT
if [ -n "$3" ]; then PWD=$3; else unset PWD; fi
if [ -n "\${SHLVL-}" ] && [ -z "\${BASH_VERSION-}" ]; then
  x_given=$(command -p tr '\\0' '\\n' </proc/$$/environ | command -p sed -n 's/^SHLVL=/&/p; s/^PATH=.*/PATH/p')
  case $x_given in *PATH*) ;; *) command export -n PATH 2>/dev/null ;; esac
  case $x_given in
    *SHLVL=*) SHLVL=\${x_given#*SHLVL=} SHLVL=\${SHLVL%"
"PATH} ;;
    *) unset SHLVL ;;
  esac
  unset x_given
fi
shift 3
if [ -n "\${BASH_VERSION-}" ]; then shopt -s execfail 2>/dev/null; fi
command exec "$@" 3>&-
command -p rm -f -- "$x_launch_record"
exit 127
`
