import { quoteArgv } from './quote-argv.ts'

/** Means the same inside single quotes in every shell: sh, csh and fish differ in the others. */
const PLAIN = /^[\x20\x22-\x26\x28-\x5b\x5d-\x7e]*$/

/** Reads its first argument as escaped shell text. Of one line and without a quote, so that any shell hands it on. */
const DECODE = 'eval "$(printf %b "$1")"'

export interface ShellLineOptions {
  /** What starts the shell, in words that need no quotes. @default 'exec /bin/sh' */
  readonly start?: string
  /** True when the account's shell is known to read quotes as POSIX has it: nothing needs to be escaped. @default false */
  readonly isPosix?: boolean
}

/**
 * A command line by which *any* account's shell (fish and csh included) becomes `/bin/sh -c script sh ...args`.
 *
 * What all shells read alike stands there as it is; anything else is escaped, and unfolded by the shell itself, which
 * costs it one fork. It is no place for secrets: the line is visible in the process table for an instant.
 * One line holds some 100 KiB; more is refused by the worker's kernel.
 */
export function shellLine(
  script: string,
  args: readonly string[] = [],
  { start = 'exec /bin/sh', isPosix = false }: ShellLineOptions = {},
): string {
  if (isPosix) return `${start} -c ${quoteArgv([script, 'sh', ...args])}`
  const words =
    PLAIN.test(script) && args.every((argument) => PLAIN.test(argument))
      ? [script, 'sh', ...args]
      : [DECODE, 'sh', escapeText(`set -- ${quoteArgv(args)}\n${script}`)]
  return [start, '-c', ...words.map((word) => `'${word}'`)].join(' ')
}

/** Text of one plain line that `printf %b` turns into `text` again. */
export function escapeText(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(
      /[^\x20\x22-\x26\x28-\x5b\x5d-\x7e]/g,
      (byte) => `\\0${byte.charCodeAt(0).toString(8).padStart(3, '0')}`,
    )
}
