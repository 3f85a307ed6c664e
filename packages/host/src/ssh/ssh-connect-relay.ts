/**
 * Programs that carry a unix socket over their standard input and output, for servers that forbid it to the connection.
 * Each says `ok` and a NUL when it has connected, and from then on only the socket's bytes. The end of one direction is
 * passed on, and the other goes on. Perl, Python and Node do it all; `socat` and `nc` can't say when they have connected,
 * so that these are tried first by a connection that ends at once.
 */

const PERL = `
use strict; use Socket; use IO::Select; my $path = shift;
socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!\\n";
connect($s, pack_sockaddr_un($path)) or die "connect: $!\\n";
$SIG{PIPE} = "IGNORE"; binmode STDIN; binmode STDOUT; syswrite(STDOUT, "ok\\0");
sub all { my ($to, $left) = @_; while (length $left) { my $n = syswrite($to, $left); return 0 unless $n; substr($left, 0, $n, ""); } 1 }
my $from = IO::Select->new(\\*STDIN, $s);
while ($from->exists($s)) {
  for my $in ($from->can_read) {
    my $n = sysread($in, my $got, 65536);
    if ($in == $s) {
      exit 0 unless $n && all(\\*STDOUT, $got);
    } elsif (!$n || !all($s, $got)) {
      $from->remove($in); shutdown($s, 1);
    }
  }
}
`

const PYTHON = `
import os, select, socket, sys
s = socket.socket(socket.AF_UNIX)
try: s.connect(sys.argv[1])
except OSError as e: sys.exit("connect: " + e.strerror)
def put(data):
    while data: data = data[os.write(1, data):]
put(b"ok\\0")
left = [0, s]
while s in left:
    for one in select.select(left, [], [])[0]:
        if one is s:
            try: got = s.recv(65536)
            except OSError: got = b""
            if not got: sys.exit(0)
            put(got)
        else:
            got = os.read(0, 65536)
            try:
                if got: s.sendall(got)
                else: s.shutdown(socket.SHUT_WR)
            except OSError: got = b""
            if not got: left = [s]
`

const NODE = `
const s = require("net").connect({ path: process.argv[1], allowHalfOpen: true });
s.on("error", (e) => { process.stderr.write("connect: " + e.code + "\\n"); process.exit(1) });
s.on("connect", () => { process.stdout.write("ok\\0"); process.stdin.pipe(s); s.pipe(process.stdout) });
s.on("end", () => process.stdout.write("", () => process.exit(0)));
`

/**
 * Arguments: the path of the socket, the programs. Says `missing` and a NUL when the worker has none of the means, and
 * otherwise becomes one of them. Which one it is, is found in the same round trip.
 */
export const RELAY = `
has() { command -v "$1" >/dev/null 2>&1; }
if [ ! -e "$1" ]; then echo "connect: No such file or directory" >&2; exit 1; fi
if [ ! -S "$1" ]; then echo "connect: not a socket" >&2; exit 1; fi
if has perl && perl -MSocket -MIO::Select -e 1 2>/dev/null; then exec perl -e "$2" "$1"; fi
if has python3 && python3 -c "" 2>/dev/null; then exec python3 -c "$3" "$1"; fi
if has node; then exec node -e "$4" "$1"; fi
if has socat && socat -u OPEN:/dev/null "UNIX-CONNECT:$1"; then printf "ok\\0"; exec socat -t 86400 - "UNIX-CONNECT:$1"; fi
if has nc && nc -h 2>&1 | grep -q -e "-[^ ]*U" && nc -zU "$1"; then printf "ok\\0"; exec nc -NU "$1"; fi
has socat || has nc || printf "missing\\0"
exit 1
`

export const RELAY_PROGRAMS: readonly string[] = [PERL, PYTHON, NODE]
