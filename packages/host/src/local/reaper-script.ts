/**
 * Ends what we have started when we die, however suddenly: nobody but us holds the other end of its standard input, which
 * therefore ends with us.
 *
 * Until then it is told `+ pid start-time` and `- pid start-time` of leaders of sessions. At the end everything of their
 * sessions gets SIGTERM, and what is left after 2 s SIGKILL.
 *
 * - It signals nobody without proof: session and start time agree, and the leader's number was not given away since.
 * - A name of a program may hold newlines and parentheses: fields begin after the last `)`, as in `parseProcessStat`.
 * - It has a session of its own and lets SIGINT and SIGHUP pass: what ends us must not end it first.
 * - A process may go while it is looked at, which the shell complains of: on a worker nobody reads that any more by then,
 *   and SIGPIPE would end it in the middle of its work.
 */
export const REAPER_SCRIPT = `
trap '' HUP INT TERM PIPE
exec 2>/dev/null
list=' '
while read -r what pid start; do
  entry=$pid:$start
  case $what in
  +) list="$list$entry " ;;
  -) case $list in *" $entry "*) list="\${list%% $entry *} \${list#* $entry }" ;; esac ;;
  esac
done
[ "$list" = ' ' ] && exit 0
read_stat() {
  stat=
  while read -r line || [ -n "$line" ]; do stat="$stat$line "; done <"$1"
}
is_ours() {
  for entry in $list; do
    leader=\${entry%:*} first=\${entry#*:}
    [ "$4" = "$leader" ] && [ "\${20}" -ge "$first" ] || continue
    read_stat "/proc/$leader/stat" && [ -n "$stat" ] || return 0
    set -- \${stat##*) }
    [ "\${20}" = "$first" ]
    return
  done
  return 1
}
signal_all() {
  found=
  for file in /proc/[0-9]*/stat; do
    read_stat "$file" || continue
    pid=\${file#/proc/} pid=\${pid%/stat}
    case \${stat##*) } in Z* | X* | x* | '') continue ;; esac
    is_ours \${stat##*) } && kill -s "$1" "$pid" && found=1
  done
  [ -n "$found" ]
}
signal_all TERM || exit 0
round=0
while [ "$round" -lt 10 ]; do
  command -p sleep 0.2
  signal_all 0 || exit 0
  round=$((round + 1))
done
while [ "$round" -lt 60 ] && signal_all KILL; do
  command -p sleep 0.1
  round=$((round + 1))
done
`
