import { openLocalHost } from '@x/host'
import { provision } from './commands/provision.ts'
import { start } from './commands/start.ts'
import { stop } from './commands/stop.ts'
import { describeFailure } from './command-fault.ts'
import { readEnvironment } from './env.ts'
import { createOutput } from './output.ts'
import { parseArguments, USAGE } from './parse-arguments.ts'

const STREAMS = {
  out: (text: string): void => void process.stdout.write(text),
  err: (text: string): void => void process.stderr.write(text),
}

/** Runs one command to its end. @returns the exit status; never rejects */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let debug = false
  let json = false
  try {
    const environment = readEnvironment()
    debug = environment.debug
    const command = parseArguments(args, environment.cwd)
    if (command.kind === 'help') {
      STREAMS.out(USAGE)
      return 0
    }
    if (command.kind === 'wrong') {
      STREAMS.err(`x: ${command.reason}\n${USAGE}`)
      return 2
    }
    json = command.json
    const output = createOutput(json, STREAMS)
    await using host = await openLocalHost()
    const context = { host, environment, output }
    switch (command.kind) {
      case 'start':
        return await start(context, command)
      case 'stop':
        return await stop(context)
      case 'provision':
        return await provision(context, command.versions)
    }
  } catch (error) {
    createOutput(json, STREAMS).fail(describeFailure(error))
    if (debug) STREAMS.err(`${error instanceof Error ? String(error.stack) : String(error)}\n`)
    return 1
  }
}
