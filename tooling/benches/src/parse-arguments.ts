import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type Arguments =
  | { readonly kind: 'list' }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly reason: string }
  | {
      readonly kind: 'run'
      readonly name: string
      /** The bench's own number when it is undefined. */
      readonly n: number | undefined
      readonly strict: boolean
      readonly codex: 'oldest' | 'newest'
    }

/** Fewer have no median that says anything. */
const LEAST = 5

export const USAGE = `usage: pnpm bench --list
       pnpm bench NAME [--strict] [--n N] [--oldest]

  --n N      measurements of each side, ${LEAST} at least, after one that does not count
  --strict   exit status 1 when a goal is not met
  --oldest   the oldest supported Codex instead of the newest

exit status: 0 measured, 1 failed or a goal was not met, 2 wrong usage
`

const OPTIONS = {
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  strict: { type: 'boolean' },
  oldest: { type: 'boolean' },
  n: { type: 'string' },
} as const

/** Reads the command line after the script's name. @param names of the benches that there are */
export function parseArguments(args: readonly string[], names: readonly string[]): Arguments {
  let parsed
  try {
    // pnpm passes on the `--` with which its own options may be told from ours.
    const own = args[0] === '--' ? args.slice(1) : args
    parsed = parseArgs({ args: [...own], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    return wrong((error as Error).message.split('\n', 1)[0] ?? '')
  }
  const { values, positionals } = parsed
  if (values.help) return { kind: 'help' }
  if (values.list) return { kind: 'list' }
  const [name, more] = positionals
  if (name === undefined || more !== undefined) return wrong('name one bench')
  if (!names.includes(name))
    return wrong(`there is no bench ${JSON.stringify(name)}; there are ${names.join(', ')}`)
  const n = values.n === undefined ? undefined : Number(values.n)
  if (n !== undefined && (!Number.isInteger(n) || n < LEAST || n > 1_000))
    return wrong(`--n wants a whole number from ${LEAST} to 1000`)
  return { kind: 'run', name, n, strict: values.strict === true, codex: values.oldest ? 'oldest' : 'newest' }
}

function wrong(reason: string): Arguments {
  return { kind: 'wrong', reason }
}
