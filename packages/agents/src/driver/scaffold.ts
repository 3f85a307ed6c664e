import { posix } from 'node:path'
import { HostError, type Host } from '@x/host'
import { makeOwnDirectory } from '../files/make-own-directory.ts'
import { AGENT_LOG, DELIVERABLES_DIRECTORY, RESUME_LOG, UPLOADS_DIRECTORY } from '../prompt/log-names.ts'
import { renderResumeLine } from '../prompt/resume-line.ts'

/** Of the log of starts this much is kept. */
const MAX_STARTS_BYTES = 64 * 1024

/** Where the log of the run before goes. */
export const EARLIER_LOG = `${AGENT_LOG}.old`

/** Whether there is a directory, or a link to one. */
export async function isDirectory(host: Host, path: string): Promise<boolean> {
  try {
    const found = await host.files.stat(await host.files.realPath(path))
    return found?.type === 'directory'
  } catch (error) {
    if (error instanceof HostError && error.code === 'not-found') return false
    throw error
  }
}

/** Makes the directories, also where the agent has put something in their way. With `wipe`, nothing stays of what was there. */
export async function makeDirectories(
  host: Host,
  directory: string,
  { wipe }: { readonly wipe: boolean },
): Promise<void> {
  if (wipe) await host.files.remove(directory)
  await host.files.makeDirectory(directory)
  for (const name of [DELIVERABLES_DIRECTORY, UPLOADS_DIRECTORY])
    await makeOwnDirectory(host, directory, name)
}

/** An empty log, whatever stood there: nothing of an earlier run is ever read as being of this one. */
export async function beginLog(host: Host, directory: string): Promise<void> {
  const within = directory
  const [log, earlier] = [posix.join(directory, AGENT_LOG), posix.join(directory, EARLIER_LOG)]
  const found = await host.files.stat(log, { within })
  if (found) await host.files.remove(earlier, { within })
  if (found?.type === 'file' && found.size > 0) await host.files.rename(log, earlier)
  else await host.files.remove(log, { within })
  await host.files.write(log, '', { within, mode: 0o600 })
}

/** Adds a line to the log of starts, which tells the agent that it was resumed. */
export async function noteStart(host: Host, directory: string, nowMs: number): Promise<void> {
  const path = posix.join(directory, RESUME_LOG)
  const found = await host.files.stat(path, { within: directory })
  const isReadable = found?.type === 'file' && found.size <= MAX_STARTS_BYTES && (found.mode & 0o400) !== 0
  const before = isReadable ? await host.files.readText(path, { within: directory }) : ''
  if (found && found.type !== 'file') await host.files.remove(path, { within: directory })
  await host.files.write(path, before + renderResumeLine(nowMs), { within: directory, mode: 0o600 })
}
