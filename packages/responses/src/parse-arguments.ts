import { parseArgs } from 'node:util'

/** What the executable was told. */
export type Arguments =
  | {
      readonly kind: 'serve'
      readonly port: number
      readonly record: string
      readonly apiKeyFile: string | undefined
      readonly script: string | undefined
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly reason: string }

export const USAGE = `usage: x-responses --port N --record FILE [--api-key-file FILE] [--script FILE]

Serves the Responses API on 127.0.0.1 with a scripted model, until SIGTERM or SIGINT.

  --port N             the port; 0 for any free one
  --record FILE        where to write {"port":N,"url":"...","pid":N} once it listens (mode 0600)
  --api-key-file FILE  let in only who brings the key that stands in this file
  --script FILE        answer by the JSON script in this file, read once; without it the chat model answers
  --help               this text

exit status: 0 when ended by a signal, 1 when it cannot serve, 2 for wrong usage
`

/** Reads the command line after the script's name. */
export function parseArguments(args: readonly string[]): Arguments {
  let values: {
    readonly port?: string
    readonly record?: string
    readonly 'api-key-file'?: string
    readonly script?: string
    readonly help?: boolean
  }
  try {
    values = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        record: { type: 'string' },
        'api-key-file': { type: 'string' },
        script: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (cause) {
    return { kind: 'wrong', reason: (cause as Error).message.split('\n', 1)[0] ?? 'wrong arguments' }
  }
  if (values.help === true) return { kind: 'help' }
  const { port, record, 'api-key-file': apiKeyFile, script } = values
  if (port === undefined || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    return { kind: 'wrong', reason: `--port wants a number from 0 to 65535, got ${port ?? 'nothing'}` }
  }
  if (record === undefined || record === '') return { kind: 'wrong', reason: '--record wants a file' }
  if (apiKeyFile === '') return { kind: 'wrong', reason: '--api-key-file wants a file' }
  if (script === '') return { kind: 'wrong', reason: '--script wants a file' }
  return { kind: 'serve', port: Number(port), record, apiKeyFile, script }
}
