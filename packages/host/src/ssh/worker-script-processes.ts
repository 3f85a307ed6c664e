/**
 * Shell functions by which a worker's script knows processes. Nothing but builtins reads `/proc`, so that between a
 * proof and the signal after it stand a few microseconds, in which the kernel does not hand the number out again.
 */

/**
 * - `stat_of PID` sets `state`, `group`, `session` and `start`; fails when there is no such process. The name of a
 *   program may hold anything, newlines too: the fields begin after the last `)`.
 * - `is_same PID START BOOT`: this very process runs (a zombie does not). Sets what `stat_of` does.
 * - `clock` sets `now`, in hundredths of a second since boot.
 */
export const KNOW_PROCESSES = `
stat_of() {
  stat_line=
  { while IFS= read -r stat_part || [ -n "$stat_part" ]; do stat_line="$stat_line $stat_part"; stat_part=; done; } \\
    2>/dev/null <"/proc/$1/stat" || return 1
  [ -n "$stat_line" ] || return 1
  set -- \${stat_line##*) }
  state=$1 group=$3 session=$4 start=\${20}
  [ -n "$start" ]
}
runs() { stat_of "$1" && case $state in [ZXx]) return 1 ;; esac; }
is_same() { [ "$3" = "$boot_now" ] && runs "$1" && [ "$start" = "$2" ]; }
clock() {
  read -r now now_idle </proc/uptime
  now_part=\${now#*.}
  now=$((\${now%.*} * 100 + \${now_part#0}))
}
read -r boot_now </proc/sys/kernel/random/boot_id
`

/**
 * For a process `$pid` `$started` `$boot`, which leads its group and session:
 *
 * - `signal_leader NAME` and `signal_group NAME`: proof and signal; fail when it does not run.
 * - `signal_members NAME...` signals one by one what is left of its group (`scope=group`), or all of its session
 *   (`scope=session`, the leader too), and sets `signalled` to how many there were. A member bears the leader's
 *   number as its session and started no earlier. The kernel gives the number to nobody while it has members: where the
 *   number has a process with another start, nobody is signalled.
 * - `kill_members` kills until there is nobody; fails when some are there after 5 s.
 * - `ends_within MS`: waits for the end of the leader.
 *
 * All exit with `denied` on stdout when a process may not be signalled. Of the ways to write `kill` with a group, dash
 * does not take `-s NAME -GROUP`, and busybox fails for `--`.
 */
export const END_PROCESSES = `
send() {
  kill "-$1" "$2" 2>/dev/null && return 0
  is_same "$3" "$4" "$boot_now" && { echo denied; exit 0; }
  return 1
}
signal_leader() { is_same "$pid" "$started" "$boot" && send "$1" "$pid" "$pid" "$started"; }
signal_group() { is_same "$pid" "$started" "$boot" && send "$1" "-$pid" "$pid" "$started"; }
is_member() {
  runs "$1" && [ "$session" = "$pid" ] && [ "$start" -ge "$started" ] || return 1
  [ "$scope" = session ] || { [ "$group" = "$pid" ] && [ "$1" != "$pid" ]; }
}
signal_members() {
  signalled=0
  [ "$boot" = "$boot_now" ] || return 0
  for member in $(grep -lsE "\\) [^ ] -?[0-9]+ -?[0-9]+ $pid " /proc/[0-9]*/stat); do
    member=\${member#/proc/}
    member=\${member%/stat}
    if stat_of "$pid" && [ "$start" != "$started" ]; then return 0; fi
    for name; do
      is_member "$member" && send "$name" "$member" "$member" "$start" && reached=1
    done
    [ -z "$reached" ] || signalled=$((signalled + 1))
    reached=
  done
}
kill_members() {
  clock
  kill_until=$((now + 500))
  while signal_members KILL && [ "$signalled" -gt 0 ]; do
    clock
    [ "$now" -lt "$kill_until" ] || return 1
    sleep 0.01
  done
}
ends_within() {
  clock
  end_until=$((now + $1 / 10))
  naps=0
  while is_same "$pid" "$started" "$boot"; do
    clock
    [ "$now" -lt "$end_until" ] || return 1
    naps=$((naps + 1))
    if [ $naps -lt 50 ]; then sleep 0.02; else sleep 0.1; fi
  done
}
`
