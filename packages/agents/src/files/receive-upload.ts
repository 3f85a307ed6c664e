import { posix } from 'node:path'
import { HostError, type Host } from '@x/host'
import { UPLOADS_DIRECTORY } from '../prompt/log-names.ts'
import { makeOwnDirectory } from './make-own-directory.ts'
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
 * Uploads of one process never get the same name; two processes are not to receive for one directory.
 * @throws TypeError for a name of which nothing is left
 * @throws HostError `too-large`, and nothing is kept; `already-exists` when the numbers are used up; as `host.files.write`
 */
export async function receiveUpload(options: UploadOptions): Promise<Upload> {
  const { host, directory, content, maxBytes = 256 * 1024 * 1024 } = options
  const wanted = uploadName(options.name)
  const uploads = await makeOwnDirectory(host, directory, UPLOADS_DIRECTORY)
  const name = await takeName(host, uploads, directory, wanted)
  let bytes = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const piece of content instanceof Uint8Array ? [content] : content) {
      bytes += piece.length
      if (bytes > maxBytes) throw new HostError('too-large', `the file has more than ${maxBytes} bytes`)
      yield piece
    }
  }
  const place = posix.join(uploads, name)
  try {
    await host.files.write(place, counted(), { within: directory, mode: 0o600 })
  } finally {
    takenOn(host).delete(place)
  }
  const path = `${UPLOADS_DIRECTORY}/${name}`
  return { path, bytes, notice: `A file has been uploaded for you: ${path} (${bytes} bytes).` }
}

/** Names of uploads that are under way. */
const taken = new WeakMap<Host, Set<string>>()

function takenOn(host: Host): Set<string> {
  const places = taken.get(host) ?? new Set()
  taken.set(host, places)
  return places
}

/** A name that nobody has; it is the caller's until the file is there. */
async function takeName(host: Host, uploads: string, within: string, wanted: string): Promise<string> {
  const places = takenOn(host)
  for (let n = 1; n <= MAX_NUMBER; n += 1) {
    const name = numberedName(wanted, n)
    const place = posix.join(uploads, name)
    if (places.has(place)) continue
    places.add(place)
    try {
      if (!(await host.files.stat(place, { within }))) return name
    } catch (error) {
      places.delete(place)
      throw error
    }
    places.delete(place)
  }
  throw new HostError('already-exists', `there are ${MAX_NUMBER} files of that name`)
}
