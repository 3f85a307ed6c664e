import { posix } from 'node:path'
import type { Host } from '@x/host'

/**
 * Makes a directory of ours in the agent's work directory, and removes what the agent has put in its way: a file, or a link
 * that leads elsewhere.
 * @param name of an entry of `directory`
 * @returns its path
 */
export async function makeOwnDirectory(host: Host, directory: string, name: string): Promise<string> {
  const path = posix.join(directory, name)
  const found = await host.files.stat(path, { within: directory })
  if (found && found.type !== 'directory') await host.files.remove(path, { within: directory })
  await host.files.makeDirectory(path)
  return path
}
