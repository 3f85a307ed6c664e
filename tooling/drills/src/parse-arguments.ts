import { parseArgs } from 'node:util'

export const CODEX_VERSIONS = ['0.142.5', '0.169.0'] as const
export type CodexVersion = (typeof CODEX_VERSIONS)[number]

/** What the command line asks for. */
export type Arguments =
  | { readonly kind: 'list' }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly reason: string }
  | {
      readonly kind: 'run'
      /** All when it is undefined. */
      readonly name: string | undefined
      /** The drill's own number when it is undefined. */
      readonly runs: number | undefined
      readonly quick: boolean
      /** A random one when it is undefined. */
      readonly seed: number | undefined
      /** The newest when it is undefined. */
      readonly codex: CodexVersion | undefined
      readonly sabotage: boolean
    }

export const USAGE = `usage: pnpm drill --list
       pnpm drill NAME [--n N] [--seed S] [--codex VERSION] [--sabotage] [--quick]
       pnpm drill --all [--quick] [--seed S] [--codex VERSION]

  --n N          how many runs, over all kinds of faults
  --seed S       the schedule of faults; the same seed has the same one
  --codex V      ${CODEX_VERSIONS.join(' or ')}
  --sabotage     break what the drill guards: it must then report a loss
  --quick        a small number of runs, with every kind of fault once

exit status: 0 nothing was lost, 1 something was, 2 wrong usage
`

const OPTIONS = {
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  all: { type: 'boolean' },
  quick: { type: 'boolean' },
  sabotage: { type: 'boolean' },
  n: { type: 'string' },
  seed: { type: 'string' },
  codex: { type: 'string' },
} as const

/** Reads the command line after the script's name. @param names of the drills that there are */
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
  if (more !== undefined) return wrong('one drill at a time, or --all')
  if ((name === undefined) === (values.all !== true)) return wrong('name a drill, or say --all')
  if (name !== undefined && !names.includes(name))
    return wrong(`there is no drill ${JSON.stringify(name)}; there are ${names.join(', ')}`)
  const codex = CODEX_VERSIONS.find((version) => version === values.codex)
  if (values.codex !== undefined && codex === undefined)
    return wrong(`--codex wants ${CODEX_VERSIONS.join(' or ')}, got ${JSON.stringify(values.codex)}`)
  if (!isWhole(values.n, 1, 10_000)) return wrong('--n wants a whole number from 1 to 10000')
  if (!isWhole(values.seed, 0, 2 ** 32 - 1)) return wrong('--seed wants a whole number below 2^32')
  return {
    kind: 'run',
    name,
    runs: values.n === undefined ? undefined : Number(values.n),
    quick: values.quick === true,
    seed: values.seed === undefined ? undefined : Number(values.seed),
    codex,
    sabotage: values.sabotage === true,
  }
}

function isWhole(text: string | undefined, least: number, most: number): boolean {
  if (text === undefined) return true
  return /^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most
}

function wrong(reason: string): Arguments {
  return { kind: 'wrong', reason }
}
