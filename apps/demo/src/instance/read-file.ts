import { HostError, type Host } from '@x/host'
import { CommandFault } from '../command-fault.ts'

/**
 * The text of a small file, or `undefined` when there is none.
 * @throws CommandFault for what is no file of ours: a directory, or something far too large
 * @throws HostError for everything else
 */
export async function readFileIfThere(host: Host, file: string): Promise<string | undefined> {
  try {
    return await host.files.readText(file, { maxBytes: 1024 * 1024 })
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    if (error.code === 'not-found') return undefined
    if (error.code === 'io' || error.code === 'too-large') {
      throw new CommandFault(error.message, {
        cause: error,
        remedy: 'Move it away, and run the same command again: what belongs there is made anew.',
      })
    }
    throw error
  }
}
