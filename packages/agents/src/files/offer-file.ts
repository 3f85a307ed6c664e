import { posix } from 'node:path'
import { HostError, type Host } from '@x/host'
import { AGENT_LOG, RESUME_LOG } from '../prompt/log-names.ts'
import { renderContentDisposition } from './content-disposition.ts'

export interface OfferOptions {
  readonly host: Host
  /** The agent's work directory, absolute on the host. Nothing outside of it is offered. */
  readonly directory: string
  /** From the work directory, or absolute, as the agent has written it. */
  readonly path: string
  /** Files of such names are not offered, nor what lies in a directory of such a name. @default `DENIED` */
  readonly denied?: readonly RegExp[]
  /** @default no limit */
  readonly maxBytes?: number
}

/** A file that a person may have. */
export interface OfferedFile {
  readonly name: string
  /** Of the file when it was looked at. */
  readonly bytes: number
  /** Of the response that carries it. */
  readonly contentDisposition: string
  /** Its content, piece by piece, up to `bytes`. @throws HostError */
  readonly read: (options?: { readonly signal?: AbortSignal }) => AsyncIterable<Uint8Array>
}

/** What may hold secrets, and what is between the agent and us. */
export const DENIED: readonly RegExp[] = [
  /^\.env(\..*)?$/i,
  /^\.(git|ssh|gnupg|aws|codex|netrc|npmrc)$/i,
  /^auth\.json$/i,
  /^id_(rsa|dsa|ecdsa|ed25519)$/i,
  /\.(pem|key|p12|pfx)$/i,
  new RegExp(`^(${AGENT_LOG}|${RESUME_LOG})`.replaceAll('.', '\\.')),
]

/**
 * Looks at a file that the agent offers to a person. It lies in the work directory when all links were followed, also when
 * it is read; no part of its path, nor of where that leads, has a name that is denied.
 * @throws HostError `outside`, `not-found`, `permission-denied` for a denied name, `too-large`, `io` for what is no file
 */
export async function offerFile(options: OfferOptions): Promise<OfferedFile> {
  const { host, directory, denied = DENIED, maxBytes = Infinity } = options
  const path = posix.resolve(directory, options.path)
  const roots = [posix.resolve(directory), await host.files.realPath(directory)]
  const below = roots.map((root) => posix.relative(root, path)).find(isBelow)
  if (below === undefined || options.path.includes('\0')) throw outside()
  const place = posix.join(directory, below)
  const real = await host.files.realPath(place)
  const realBelow = posix.relative(roots[1] ?? directory, real)
  if (!isBelow(realBelow)) throw outside()
  for (const name of [...below.split('/'), ...realBelow.split('/')])
    if (denied.some((pattern) => pattern.test(name)))
      throw new HostError('permission-denied', `files named ${JSON.stringify(name)} are not offered`)
  const stat = await host.files.stat(real, { within: directory })
  if (!stat) throw new HostError('not-found', 'there is no such file')
  if (stat.type !== 'file') throw new HostError('io', 'it is no file')
  if (stat.size > maxBytes) throw new HostError('too-large', `the file has more than ${maxBytes} bytes`)
  const name = posix.basename(place)
  return {
    name,
    bytes: stat.size,
    contentDisposition: renderContentDisposition(name),
    read: ({ signal } = {}) =>
      host.files.readStream(real, { within: directory, end: stat.size, ...(signal && { signal }) }),
  }
}

const isBelow = (path: string): boolean => path !== '' && path !== '..' && !path.startsWith('../')

const outside = (): HostError => new HostError('outside', 'the file does not lie in the work directory')
