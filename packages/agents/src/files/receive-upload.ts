import { posix } from 'node:path'
import { HostError, type Host } from '@x/host'
import { UPLOADS_DIRECTORY } from '../prompt/log-names.ts'
import { numberedName, uploadName } from './upload-name.ts'

export interface UploadOptions {
  readonly host: Host
  /** The agent's work directory, absolute on the host. */
  readonly directory: string
  /** As the person's browser calls it. */
  readonly name: string
  readonly content: AsyncIterable<Uint8Array> | Uint8Array
  /** @default 256 MiB */
  readonly maxBytes?: number
}

export interface Upload {
  /** From the work directory: `uploads/report.md`. */
  readonly path: string
  readonly bytes: number
  /** For the agent: what has come, and where it lies. */
  readonly notice: string
}

/** More files of one name are a mistake. */
const MAX_NUMBER = 1_000

/**
 * Keeps a file of a person for the agent, in `uploads` of its work directory, whatever links the agent has made there.
 * A file of that name that is there already stays: the new one gets a number. Atomic: the agent sees all of it or nothing.
 * One at a time for a directory, or two of one name may get the same number.
 * @throws TypeError for a name of which nothing is left
 * @throws HostError `too-large`, and nothing is kept; `already-exists` when the numbers are used up; as `host.files.write`
 */
export async function receiveUpload(options: UploadOptions): Promise<Upload> {
  const { host, directory, content, maxBytes = 256 * 1024 * 1024 } = options
  const uploads = posix.join(directory, UPLOADS_DIRECTORY)
  const found = await host.files.stat(uploads, { within: directory })
  // What the agent has put in the way of a directory that is ours.
  if (found && found.type !== 'directory') await host.files.remove(uploads, { within: directory })
  await host.files.makeDirectory(uploads)
  const name = await freeName(host, uploads, directory, uploadName(options.name))
  let bytes = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of content instanceof Uint8Array ? [content] : content) {
      bytes += piece.length
      if (bytes > maxBytes) throw new HostError('too-large', `the file has more than ${maxBytes} bytes`)
      yield piece
    }
  }
  await host.files.write(posix.join(uploads, name), counted(), { within: directory, mode: 0o600 })
  const path = `${UPLOADS_DIRECTORY}/${name}`
  return { path, bytes, notice: `A file has been uploaded for you: ${path} (${bytes} bytes).` }
}

async function freeName(host: Host, uploads: string, within: string, wanted: string): Promise<string> {
  for (let n = 1; n <= MAX_NUMBER; n += 1) {
    const name = numberedName(wanted, n)
    if (!(await host.files.stat(posix.join(uploads, name), { within }))) return name
  }
  throw new HostError('already-exists', `there are ${MAX_NUMBER} files of that name`)
}
