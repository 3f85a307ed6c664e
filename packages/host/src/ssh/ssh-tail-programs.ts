import { HOLD_FILE } from './ssh-tail-script.ts'

/**
 * Programs that follow a file as `TailReader` does, on the worker, and tell what they find as soon as the kernel tells
 * them: a look every 50 ms where it does not. Arguments: the path, whether a symlink at its end is followed (`yes`, `no`),
 * where to begin. Both end with their standard input, and say:
 *
 * - `at N`: the first file was opened, and is read from here on.
 * - `data N`, and then so many bytes.
 * - `restart`: what follows is other content, from its start.
 * - `irregular`, `denied`, `failed WHY`: the last line.
 */

const PERL = `
use strict; use Config; use Errno; use Fcntl;
my ($file, $follow, $from) = @ARGV;
my ($open, $next, $position, $mark, $news, %watches, $got);
my $flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | ($follow eq "yes" ? 0 : O_NOFOLLOW);
my ($directory) = $file =~ m{^(.*)/}s;
$directory = "/" if $directory eq "";
$SIG{PIPE} = sub { exit 0 };
my ($init, $add, $drop);
if ($Config{ptrsize} == 8 && $Config{archname} =~ /^(x86_64|aarch64|riscv64)-linux/) {
  ($init, $add, $drop) = $1 eq "x86_64" ? (294, 254, 255) : (26, 27, 28);
  my $fd = syscall($init, 0x80000);
  open($news, "<&=", $fd) if $fd >= 0;
}
sub put { my $left = shift; while (length $left) { my $n = syswrite(STDOUT, $left); exit 0 unless $n; substr($left, 0, $n, "") } }
sub refuse { put("$_[0]\\n"); exit 0 }
sub missing {
  return if $!{ENOENT} || $!{ENOTDIR};
  refuse($!{EACCES} || $!{EPERM} ? "denied" : $!{EISDIR} || $!{ELOOP} ? "irregular" : "failed $!");
}
sub watch {
  my ($name, $path, $mask) = @_;
  return unless $news;
  my $old = $watches{$name};
  my $new = $watches{$name} = syscall($add, fileno($news), $path, $mask);
  syscall($drop, fileno($news), $old) if defined $old && $old >= 0 && $old != $new;
}
sub watched { my $watch = $watches{$_[0]}; defined $watch && $watch >= 0 }
sub identity {
  my @facts = $follow eq "yes" ? stat($file) : lstat($file);
  return "$facts[0]:$facts[1]" if @facts;
  missing();
  return undef;
}
sub stand {
  my $handle;
  unless (sysopen($handle, $file, $flags)) { missing(); return undef }
  my @facts = stat($handle);
  refuse("irregular") unless -f _;
  watch("file", "/proc/self/fd/" . fileno($handle), 0x6);
  return { handle => $handle, identity => "$facts[0]:$facts[1]", size => $facts[7] };
}
sub piece_at {
  my ($start, $length) = @_;
  sysseek($open->{handle}, $start, 0);
  defined sysread($open->{handle}, $got, $length) or refuse("failed $!");
}
sub restart { put("restart\\n") if $position > 0; $position = 0; $mark = "" }
sub begin {
  $open = stand();
  if (!$open) { $from = 0 if $from eq "end"; return }
  $position = $from eq "end" ? $open->{size} : $from + 0;
  put("at $position\\n");
  restart() if $position > $open->{size};
  my $length = $position < 128 ? $position : 128;
  piece_at($position - $length, $length);
  $mark = $got;
}
sub read_on {
  for (;;) {
    my $old = length($mark);
    piece_at($position - $old, 65536 + $old);
    if (substr($got, 0, $old) ne $mark) { restart(); next }
    my $new = length($got) - $old;
    return 0 if $new == 0;
    put("data $new\\n" . substr($got, $old));
    $position += $new;
    $mark = length($got) > 128 ? substr($got, -128) : $got;
    return 1;
  }
}
sub told_piece {
  begin() unless $open;
  while ($open) {
    return 1 if read_on();
    if ($next) { ($open, $next) = ($next, undef); restart(); next }
    my $found = identity();
    return 0 if !defined $found || $found eq $open->{identity};
    $next = stand() or return 0;
  }
  return 0;
}
my $is_due = 1;
for (;;) {
  watch("directory", $directory, 0xfc0) if $is_due;
  1 while told_piece();
  my $sees = watched("directory") && (!$open || watched("file"));
  my $ready = "";
  vec($ready, 0, 1) = 1;
  vec($ready, fileno($news), 1) = 1 if $news;
  $is_due = select($ready, undef, undef, !$sees ? 0.05 : -l $file ? 0.1 : 1) <= 0;
  next if $is_due;
  exit 0 if vec($ready, 0, 1) && !sysread(STDIN, my $said, 4096);
  sysread($news, my $events, 65536) if $news && vec($ready, fileno($news), 1);
}
`

const PYTHON = `
import errno, os, select, stat, sys
file, follow, begin = sys.argv[1:4]
flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | (0 if follow == "yes" else os.O_NOFOLLOW)
directory = os.path.dirname(file)
news, watches = -1, {}
try:
    import ctypes
    libc = ctypes.CDLL(None)
    news = libc.inotify_init1(0x80000)
except Exception: pass
def put(data):
    try:
        while data: data = data[os.write(1, data):]
    except OSError: os._exit(0)
def refuse(word):
    put(word.encode("utf-8", "replace") + b"\\n")
    os._exit(0)
def missing(e):
    if e.errno in (errno.ENOENT, errno.ENOTDIR): return None
    if e.errno in (errno.EACCES, errno.EPERM): refuse("denied")
    refuse("irregular" if e.errno in (errno.EISDIR, errno.ELOOP) else "failed " + e.strerror)
def watch(name, path, mask):
    if news < 0: return
    old = watches.get(name, -1)
    watches[name] = libc.inotify_add_watch(news, os.fsencode(path), mask)
    if old >= 0 and old != watches[name]: libc.inotify_rm_watch(news, old)
def named(facts): return (facts.st_dev, facts.st_ino)
def identity():
    try: return named(os.stat(file) if follow == "yes" else os.lstat(file))
    except OSError as e: return missing(e)
class File:
    def __init__(self, fd):
        facts = os.fstat(fd)
        if not stat.S_ISREG(facts.st_mode): refuse("irregular")
        self.fd, self.identity, self.size = fd, named(facts), facts.st_size
        watch("file", "/proc/self/fd/%d" % fd, 0x6)
def stand():
    try: return File(os.open(file, flags))
    except OSError as e: return missing(e)
def piece_at(start, length):
    try: return os.pread(opened.fd, length, start)
    except OSError as e: refuse("failed " + e.strerror)
def restart():
    global position, mark
    if position > 0: put(b"restart\\n")
    position, mark = 0, b""
def start():
    global begin, opened, position, mark
    opened = stand()
    if opened is None:
        if begin == "end": begin = 0
        return
    position = opened.size if begin == "end" else int(begin)
    put(b"at %d\\n" % position)
    if position > opened.size: restart()
    length = min(position, 128)
    mark = piece_at(position - length, length)
def read_on():
    global position, mark
    while True:
        got = piece_at(position - len(mark), 65536 + len(mark))
        if got[:len(mark)] != mark:
            restart()
            continue
        new = got[len(mark):]
        if not new: return False
        put(b"data %d\\n" % len(new) + new)
        position += len(new)
        mark = got[-128:]
        return True
def told_piece():
    global opened, following
    if opened is None: start()
    while opened is not None:
        if read_on(): return True
        if following is not None:
            os.close(opened.fd)
            opened, following = following, None
            restart()
            continue
        found = identity()
        if found is None or found == opened.identity: return False
        following = stand()
        if following is None: return False
    return False
opened, following, position, mark = None, None, 0, b""
due = True
while True:
    if due: watch("directory", directory, 0xfc0)
    while told_piece(): pass
    sees = watches.get("directory", -1) >= 0 and (opened is None or watches.get("file", -1) >= 0)
    wait = 0.05 if not sees else 0.1 if os.path.islink(file) else 1
    ready = select.select([0] if news < 0 else [0, news], [], [], wait)[0]
    due = not ready
    if 0 in ready and not os.read(0, 4096): break
    if news in ready: os.read(news, 65536)
`

/**
 * Follows a file by what the worker has. Arguments: those of `HOLD_FILE`, where to begin, the programs. Its first line
 * says how: `tells` when one of the programs does it, and otherwise `answers`, as `HOLD_FILE` does.
 */
export const FOLLOW_FILE = `has() { command -v "$1" >/dev/null 2>&1; }
if has perl && perl -MConfig -MErrno -MFcntl -e 1 2>/dev/null; then
  echo tells
  exec perl -e "$4" "$1" "$2" "$3"
fi
if has python3 && python3 -IS -c "" 2>/dev/null; then
  echo tells
  exec python3 -IS -c "$5" "$1" "$2" "$3"
fi
echo answers
${HOLD_FILE}`

export const FOLLOW_PROGRAMS: readonly string[] = [PERL, PYTHON]
