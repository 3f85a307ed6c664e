import type { Host } from '@x/host'
import { SessionRefusedError } from '@x/runner'

/** The real path of a directory that a person has named. @throws SessionRefusedError when it is none */
export async function usableDirectory(host: Host, directory: string): Promise<string> {
  try {
    const real = await host.files.realPath(directory)
    if ((await host.files.stat(real))?.type === 'directory') return real
  } catch (cause) {
    throw new SessionRefusedError(`there is no directory ${directory}, or this account may not read it`, {
      cause,
      remedy: 'Name another one, or make it first.',
    })
  }
  throw new SessionRefusedError(`${directory} is not a directory`, { remedy: 'Name a directory.' })
}
