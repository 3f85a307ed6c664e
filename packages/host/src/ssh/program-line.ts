import type { EnvironmentOptions } from '../environment.ts'
import { isLiteralGlob } from '../glob.ts'
import type { Marker } from './marker-gate.ts'
import { quoteArgv, quoteWord } from './quote-argv.ts'
import type { WorkerFacts } from './read-facts.ts'
import { escapeText, shellLine } from './shell-line.ts'

/** How a program is started on a worker: what its account's shell gets, and what its standard input gets first. */
export interface ProgramLine {
  readonly command: string
  /** One line for our own shell, read before the program begins; empty when there is nothing that must not be seen. */
  readonly head: string
}

export interface ProgramLineOptions extends EnvironmentOptions {
  readonly cwd: string
  /** False: it reads nothing. */
  readonly hasInput: boolean
  readonly start: string
  readonly shell: WorkerFacts['shell']
}

/** A kernel takes 128 KiB as one argument, and escapes make text longer. */
const MAX_LINE_BYTES = 60_000

/**
 * Builds the wrapper of a program. It becomes the program (`exec`), so that pid, process group and the way in which it
 * ends are the program's own. On stdout and stderr it first prints the mark; on stdout with its line of `/proc/<pid>/stat`
 * behind (where there is none: its pid). When the program cannot be started, stdout has the mark once more.
 *
 * The command line holds what any process table may show: directory and arguments. The environment comes by standard
 * input, as one line of escaped shell text; `read` takes not one byte more than that line.
 *
 * - In a plain account's shell it runs as it is; else in a `/bin/sh` of its own.
 * - No quote, backslash, `!` or newline in the text itself: so any account's shell hands it on, and no decoding is needed.
 * - dash leaves through the trap when `exec` fails, bash goes on behind it.
 * - A shell sets `PWD`, which is right, and `OLDPWD`, which nobody asked for; with `cleanEnv` neither stays.
 */
export function programLine(
  argv: readonly string[],
  marker: Marker,
  options: ProgramLineOptions,
): ProgramLine {
  const { cwd, hasInput, cleanEnv = false, envRemove = [] } = options
  const environment = environmentText(options)
  const args = [cwd, ...argv]
  // What does not fit on a command line goes the other way as well.
  const isLong = args.reduce((bytes, argument) => bytes + Buffer.byteLength(argument) + 3, 0) > MAX_LINE_BYTES
  const text = [...(isLong ? [`set -- ${quoteArgv(args)}`] : []), ...environment].join('; ')
  // One line of plain text needs no unfolding, which would cost a fork.
  const isFolded = !/^[\x20-\x7e]*$/.test(text)
  const evaluate = isFolded ? EVALUATE_FOLDED : EVALUATE
  const script = [
    `{ IFS= read -r x_stat </proc/$$/stat; } 2>/dev/null || x_stat=$$`,
    `echo ${marker.word}"$x_stat"`,
    `echo ${marker.word} >&2`,
    `trap "echo ${marker.word}" 0`,
    `unset x_stat`,
    // The shell of busybox exports its own default.
    ...(cleanEnv ? ['command export -n PATH 2>/dev/null'] : []),
    ...(text === '' ? [] : ['IFS= read -r x_text || exit 1', ...(isLong ? [evaluate] : [])]),
    `cd -- "$1" || exit 1`,
    `shift`,
    `unset OLDPWD${cleanEnv ? ' PWD SHLVL' : ''}`,
    ...(text === '' || isLong ? [] : [evaluate]),
    `if [ -n "\${BASH_VERSION-}" ]; then shopt -s execfail; fi`,
    `exec "$@"${hasInput ? '' : ' </dev/null'}`,
    `exit 127`,
  ].join('; ')
  const start = cleanEnv ? options.start.replace('/bin/sh', '/usr/bin/env -i /bin/sh') : options.start
  const words = isLong ? [] : args
  return {
    command:
      // bash gives every program a variable `_`, which nobody could take out.
      options.shell === 'plain' && !cleanEnv && envRemove.length === 0
        ? `${TIDY}\nset -- ${quoteArgv(words)}; ${script}`
        : shellLine(script, words, { start, isPosix: options.shell !== 'other' }),
    head: text === '' ? '' : `${isFolded ? escapeText(text) : text}\n`,
  }
}

/**
 * What start files may have left in bash that would stand between us and the shell's own words. A line of its own: the
 * next one is read when no alias counts any more.
 */
const TIDY = [
  'if [ -n "${BASH_VERSION-}" ]',
  'then builtin unset -f cd echo eval exec exit printf read set shift shopt trap unset',
  'builtin trap - DEBUG ERR RETURN',
  'builtin set +efuvx',
  'builtin shopt -u expand_aliases',
  'unset IFS',
  'fi',
].join('; ')

/** The text is dropped before it runs: it may hold secrets, and `eval` has its own copy. */
const EVALUATE = 'eval "unset x_text; $x_text"'
const EVALUATE_FOLDED = 'x_eval=$(printf %b "$x_text"); unset x_text; eval "unset x_eval; $x_eval"'

/** What makes the environment, in the order of `EnvironmentOptions`. */
function environmentText({
  env = {},
  envRemove = [],
  secretEnv = {},
}: EnvironmentOptions): readonly string[] {
  const literal = envRemove.filter((pattern) => isLiteralGlob(pattern) && isShellName(pattern))
  const globs = envRemove.filter((pattern) => !isLiteralGlob(pattern))
  return [
    ...literal.map((name) => `unset ${name}`),
    ...(globs.length === 0 ? [] : [removeMatching(globs)]),
    ...Object.entries({ ...env, ...secretEnv }).map(([name, value]) =>
      value === undefined ? `unset ${name}` : `export ${name}=${quoteWord(value)}`,
    ),
  ]
}

/** `case` takes its patterns from a variable as they are: the shell's own matching, and nothing to quote. */
function removeMatching(patterns: readonly string[]): string {
  const list = patterns.map((pattern) => quoteWord(pattern.replaceAll('[^', '[!'))).join(' ')
  const names = `awk 'BEGIN { for (name in ENVIRON) print name }'`
  const unset = `for x_pattern in ${list}; do case $x_name in $x_pattern) unset "$x_name" 2>/dev/null ;; esac; done`
  return `for x_name in $(${names}); do ${unset}; done; unset x_name x_pattern`
}

/** A shell stands in between, which takes no other names. */
export function isShellName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
}
