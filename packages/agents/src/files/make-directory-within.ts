import { posix } from 'node:path'
import type { Host } from '@x/host'

/**
 * Makes the directories on the way to a path of the work directory, none of them where a link of the agent leads out of it.
 * @param within absolute; it is there
 * @throws HostError `outside`
 */
export async function makeDirectoryWithin(host: Host, path: string, within: string): Promise<void> {
  if (path === posix.resolve(within)) return
  // Whatever stands there, the file that comes into it is written within as well.
  if (await host.files.stat(path, { within })) return
  await makeDirectoryWithin(host, posix.dirname(path), within)
  await host.files.makeDirectory(path)
}
