import path from 'node:path'
import { HostError } from '../errors.ts'
import { quoteArgv, quoteWord } from './quote-argv.ts'
import { escapeText } from './shell-line.ts'

/**
 * Arguments: a script, then its own. Runs it in a shell that inherits nothing, but knows where the account's tools are.
 *
 * What a program is given comes by standard input, as two lines: what to start, then its environment. So no value is
 * ever on a command line, and none is in an environment but the program's own.
 */
export const START_CLEAN = 'x_script=$1; shift; exec env -i "x_path=$PATH" /bin/sh -c "$x_script" sh "$@"'

/**
 * Begins a script of `START_CLEAN`.
 *
 * - `read_line` reads a line, and takes no byte of what follows it; `eval "$x_text"` does what it says.
 * - `check_start CWD CANDIDATE...` goes to the directory. Says `cwd CODE` or `program CODE`, and fails, when nothing can
 *   start there; without candidates the shell is left to look.
 */
export const CLEAN_SHELL = `
PATH=$x_path
unset x_path
read_line() { IFS= read -r x_line && x_text=$(printf %b "$x_line"); }
check_start() {
  if ! cd "$1" 2>/dev/null; then
    if [ ! -e "$1" ]; then echo cwd ENOENT; elif [ ! -d "$1" ]; then echo cwd ENOTDIR; else echo cwd EACCES; fi
    return 1
  fi
  shift
  [ $# -gt 0 ] || return 0
  x_code=ENOENT
  for x_candidate; do
    if [ -f "$x_candidate" ] && [ -x "$x_candidate" ]; then return 0; fi
    if [ -e "$x_candidate" ]; then x_code=EACCES; fi
  done
  echo "program $x_code"
  return 1
}
`

export interface Start {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Further variables of the script; their names begin with `x_`. */
  readonly variables?: Readonly<Record<string, string>>
}

/** The two lines. The first defines `check`, sets the variables, and makes the program the positional parameters. */
export function renderStart({ argv, cwd, env, variables = {} }: Start): string {
  const set = assignments(variables)
  const check = `check() { check_start ${quoteArgv([cwd, ...candidates(argv[0], cwd, env['PATH'])])}; }`
  const given = assignments(env)
  const lines = [
    [...set, check, `set -- ${quoteArgv(argv)}`].join('\n'),
    given.length === 0 ? ':' : `export ${given.join(' ')}`,
  ]
  return lines.map((line) => `${escapeText(line)}\n`).join('')
}

function assignments(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).map(([name, value]) => `${name}=${quoteWord(value)}`)
}

/** Where the program may lie; nothing when the shell has to look in a path of its own. */
function candidates(program: string, cwd: string, searched: string | undefined): readonly string[] {
  if (program.includes('/')) return [path.posix.resolve(cwd, program)]
  return (searched?.split(':') ?? []).map((directory) => path.posix.resolve(cwd, directory, program))
}

/** What `check_start` said, as an error; `undefined` when it said nothing of the kind. */
export function startError(said: string, program: string, cwd: string): HostError | undefined {
  const [, what, code = ''] = /^(cwd|program) (E[A-Z]+)$/m.exec(said) ?? []
  if (what === undefined) return undefined
  const message = what === 'cwd' ? `${code}: cannot start in ${cwd}` : `${code}: cannot run ${program}`
  return new HostError('spawn-failed', message, { cause: Object.assign(new Error(message), { code }) })
}
