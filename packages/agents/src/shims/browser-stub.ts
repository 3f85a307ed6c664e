import { quoteWord } from './quote-word.ts'

/** What a stub does with the addresses that it gets. */
export interface StubOptions {
  readonly mode: 'suppress' | 'redirect'
  /** The agent's log, absolute. */
  readonly log: string
  /** Where the real programs are: a PATH without the stubs. */
  readonly path: string
}

/** The parser takes no longer address. */
const MAX_URL_CHARACTERS = 8192

/**
 * A program for any POSIX shell that stands in for a browser, or for one that opens one. What opens nothing for a person
 * goes to the real program: other commands of `gio`, and browsers without a window.
 *
 * To redirect, it looks for http(s) addresses in all arguments, and writes one line for each. What could end the line or
 * the address is percent-encoded. It fails when it cannot report, since many programs then print the address.
 */
export function renderBrowserStub({ mode, log, path }: StubOptions): string {
  const passing = `#!/bin/sh
real=
[ "\${0##*/}" != gio ] || [ "$1" = open ] || real=yes
for argument do
  case $argument in --headless*|-headless) real=yes ;; esac
done
if [ -n "$real" ]; then
  PATH=${quoteWord(path)}
  export PATH
  exec "\${0##*/}" "$@"
fi
`
  return mode === 'suppress' ? `${passing}exit 0\n` : `${passing}${reporting(log)}`
}

function reporting(log: string): string {
  return `LC_ALL=C
log=${quoteWord(log)}
first=$(printf '\\001')
last=$(printf '\\177')
status=0
encode() {
  rest=$1
  url=
  while head=\${rest%%[$first-\\ $last\\"\\'\\<\\>\\\\\\\`\\{\\|\\}]*}; do
    url=$url$head
    rest=\${rest#"$head"}
    [ \${#url} -le ${MAX_URL_CHARACTERS} ] || return 1
    [ -n "$rest" ] || return 0
    url=$url$(printf '%%%02X' "'$rest" 2>/dev/null)
    rest=\${rest#?}
  done
}
for argument do
  case $argument in -*=*) argument=\${argument#*=} ;; esac
  case $argument in
    [Hh][Tt][Tt][Pp]://?*|[Hh][Tt][Tt][Pp][Ss]://?*) ;;
    *) continue ;;
  esac
  if [ \${#argument} -gt ${MAX_URL_CHARACTERS} ] || ! encode "$argument"; then
    status=1
    continue
  fi
  start=
  [ -z "$(tail -c 1 "$log" 2>/dev/null)" ] || start='\\n'
  printf "\${start}BROWSER: %s\\\\n" "$url" >>"$log" 2>/dev/null || status=1
done
exit $status
`
}
