import path from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'

export interface StartArguments {
  readonly kind: 'start'
  /** Absolute. */
  readonly directory: string | undefined
  readonly port: number | undefined
  readonly openPage: boolean
  readonly json: boolean
}

/** What the command line asks for. */
export type Arguments =
  | StartArguments
  | { readonly kind: 'stop'; readonly json: boolean }
  | { readonly kind: 'provision'; readonly versions: readonly string[]; readonly json: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly reason: string }

export const USAGE = `usage: main.js start [--dir PATH] [--port N] [--no-open] [--json]
       main.js stop [--json]
       main.js provision VERSION... [--json]

start      shows the sessions on a page of this machine, and starts one when there is none;
           when that page is there already, prints a fresh address of it
  --dir PATH   work in this directory; of the worker, when X_WORKER names one
  --port N     the port of the page; default: the one that was used before
  --no-open    do not open a browser
stop       ends the page, every session and the offline model
provision  fetches versions of Codex

  --json   one JSON object per line on stdout instead of text
  --help   this text

exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted
`

const OPTIONS = {
  start: {
    dir: { type: 'string' },
    port: { type: 'string' },
    'no-open': { type: 'boolean' },
    json: { type: 'boolean' },
  },
  stop: { json: { type: 'boolean' } },
  provision: { json: { type: 'boolean' } },
} as const satisfies Record<string, ParseArgsConfig['options']>

/** Reads the command line after the script's name. @param cwd what relative paths are relative to */
export function parseArguments(args: readonly string[], cwd: string): Arguments {
  const [command, ...rest] = args
  if (args.includes('--help') || args.includes('-h')) return { kind: 'help' }
  if (command === undefined) return wrong('a command is needed')
  try {
    switch (command) {
      case 'start':
        return parseStart(parseArgs({ args: rest, options: OPTIONS.start }).values, cwd)
      case 'stop':
        return { kind: 'stop', json: parseArgs({ args: rest, options: OPTIONS.stop }).values.json === true }
      case 'provision': {
        const parsed = parseArgs({ args: rest, options: OPTIONS.provision, allowPositionals: true })
        if (parsed.positionals.length === 0) return wrong('provision wants a version')
        return { kind: 'provision', versions: parsed.positionals, json: parsed.values.json === true }
      }
      default:
        return wrong(`there is no command ${JSON.stringify(command)}`)
    }
  } catch (cause) {
    return wrong((cause as Error).message.split('\n', 1)[0] ?? 'wrong arguments')
  }
}

function parseStart(
  values: {
    readonly dir?: string
    readonly port?: string
    readonly 'no-open'?: boolean
    readonly json?: boolean
  },
  cwd: string,
): Arguments {
  const { dir, port, json = false } = values
  if (dir === '') return wrong('--dir wants a directory')
  if (port !== undefined && (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535))
    return wrong(`--port wants a number from 1 to 65535, got ${JSON.stringify(port)}`)
  return {
    kind: 'start',
    directory: dir === undefined ? undefined : path.resolve(cwd, dir),
    port: port === undefined ? undefined : Number(port),
    openPage: values['no-open'] !== true,
    json,
  }
}

function wrong(reason: string): Arguments {
  return { kind: 'wrong', reason }
}
