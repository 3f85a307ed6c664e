import { HostError } from '../errors.ts'

/** Most of a name that a message shows, in bytes. */
const SHOWN_BYTES = 200

/** An archive that must not be unpacked, or cannot be read. `name` is a path as latin1 bytes, for the message. */
export function refuse(why: string, name?: string, options?: ErrorOptions): HostError {
  const where = name === undefined ? '' : `: ${showPath(name)}`
  return new HostError('archive-unsafe', `the archive is refused, ${why}${where}`, options)
}

/** A path that is held as latin1 bytes, quoted and cut for a message. */
export function showPath(path: string): string {
  const text = Buffer.from(path.slice(0, SHOWN_BYTES), 'latin1').toString('utf8')
  return JSON.stringify(path.length > SHOWN_BYTES ? `${text}…` : text)
}
