import { HostError, type Host } from '@x/host'

/** The text of a small file, or `undefined` when there is none. @throws HostError for everything else */
export async function readFileIfThere(host: Host, file: string): Promise<string | undefined> {
  try {
    return await host.files.readText(file, { maxBytes: 1024 * 1024 })
  } catch (error) {
    if (error instanceof HostError && error.code === 'not-found') return undefined
    throw error
  }
}
