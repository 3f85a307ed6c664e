import { refuse } from './refuse.ts'

/** What Linux and macOS allow for one part of a path. */
const MAX_PART_BYTES = 255

/**
 * The path of an entry, relative to the directory that is unpacked: no `.`, no empty part, no slash at its end. The
 * directory itself is the empty string. Bytes are held as latin1.
 * @throws HostError `archive-unsafe` for absolute names, `..`, NUL, and names that are too long
 */
export function safeEntryPath(name: string, maxBytes: number): string {
  if (name === '' || name.length > maxBytes) throw refuse('a name is empty or too long', name)
  if (name.startsWith('/')) throw refuse('a name is absolute', name)
  if (name.includes('\0')) throw refuse('a name has a NUL', name)
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  for (const part of parts) {
    if (part === '..') throw refuse('a name leads out with ..', name)
    if (part.length > MAX_PART_BYTES) throw refuse('a name is empty or too long', name)
  }
  return parts.join('/')
}
