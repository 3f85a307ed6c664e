import { refuse } from './refuse.ts'

/** What Linux and macOS allow for one part of a path. */
const MAX_PART_BYTES = 255
const SLASH = 0x2f
const DOT = 0x2e

/**
 * The path of an entry, relative to the directory that is unpacked: no `.`, no empty part, no slash at its end. The
 * directory itself is the empty string. Bytes are held as latin1.
 * @throws HostError `archive-unsafe` for absolute names, `..`, NUL, and names that are too long
 */
export function safeEntryPath(name: string, maxBytes: number): string {
  if (name === '' || name.length > maxBytes) throw refuse('a name is empty or too long', name)
  const plain = plainPath(name)
  if (plain !== undefined) return plain
  if (name.startsWith('/')) throw refuse('a name is absolute', name)
  if (name.includes('\0')) throw refuse('a name has a NUL', name)
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  for (const part of parts) {
    if (part === '..') throw refuse('a name leads out with ..', name)
    if (part.length > MAX_PART_BYTES) throw refuse('a name is empty or too long', name)
  }
  return parts.join('/')
}

/** What most names are, `a/b` with `./` before it or a slash behind it: found in one pass. `undefined` for all else. */
function plainPath(name: string): string | undefined {
  const begin = name.startsWith('./') ? 2 : 0
  const end = name.endsWith('/') ? name.length - 1 : name.length
  let partBegin = begin
  for (let at = begin; at <= end; at += 1) {
    const code = at === end ? SLASH : name.charCodeAt(at)
    if (code === 0) return undefined
    if (code !== SLASH) continue
    if (!isPlainPart(name, partBegin, at)) return undefined
    partBegin = at + 1
  }
  return begin === 0 && end === name.length ? name : name.slice(begin, end)
}

/** Neither empty nor `.` nor `..` nor too long. */
function isPlainPart(name: string, begin: number, end: number): boolean {
  const length = end - begin
  if (length === 0 || length > MAX_PART_BYTES) return false
  return name.charCodeAt(begin) !== DOT || length > 2 || (length === 2 && name.charCodeAt(begin + 1) !== DOT)
}
