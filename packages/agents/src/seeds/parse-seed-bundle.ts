import { isSafePath } from './manifest.ts'
import { BUNDLE_FORMAT, digestOf, type SeedBundle } from './seed-bundle.ts'
import { SeedError } from './seed-error.ts'

const MAX_HEADER = 256 * 1024
const MAX_FILES = 256

interface Entry {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/**
 * Reads what `renderBundle` has written, and nothing else: the bytes may come from anybody who knew a passphrase.
 * @throws SeedError `damaged`, `newer-seed`, `unsafe` for a path that leaves the home
 */
export function parseSeedBundle(content: Uint8Array): SeedBundle {
  const end = content.subarray(0, MAX_HEADER).indexOf(0x0a)
  if (end < 0) throw damaged('has no header')
  const header = parseHeader(Buffer.from(content.subarray(0, end)).toString('utf8'))
  const files = new Map<string, Uint8Array>()
  let at = end + 1
  for (const { path, bytes, sha256 } of header.files) {
    if (!isSafePath(path))
      throw new SeedError('unsafe', 'the seed has a file that lies outside of any home', {
        file: path.slice(0, 200),
      })
    if (files.has(path)) throw damaged('has a file twice')
    const piece = content.subarray(at, at + bytes)
    if (piece.length !== bytes || digestOf(piece) !== sha256) throw damaged('has other files than it says')
    files.set(path, piece)
    at += bytes
  }
  if (at !== content.length) throw damaged('has something behind its last file')
  return { agent: header.agent, manifestVersion: header.manifestVersion, files }
}

function parseHeader(line: string): {
  readonly agent: string
  readonly manifestVersion: number
  readonly files: readonly Entry[]
} {
  const header = parseJson(line)
  if (!isObject(header) || typeof header['format'] !== 'string') throw damaged('has no header')
  if (header['format'] !== BUNDLE_FORMAT) {
    if (/^x seed \d+$/.test(header['format']))
      throw new SeedError('newer-seed', `the seed has the format "${header['format']}"; use a newer version`)
    throw damaged('has no header')
  }
  const { agent, manifestVersion, files } = header
  if (
    typeof agent !== 'string' ||
    !isCount(manifestVersion) ||
    !Array.isArray(files) ||
    files.length > MAX_FILES
  )
    throw damaged('has a header that says nothing')
  return { agent, manifestVersion, files: files.map(parseEntry) }
}

function parseEntry(value: unknown): Entry {
  if (!isObject(value)) throw damaged('has a header that says nothing')
  const { path, bytes, sha256 } = value
  if (typeof path !== 'string' || !isCount(bytes) || typeof sha256 !== 'string')
    throw damaged('has a header that says nothing')
  return { path, bytes, sha256 }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What the parser says quotes the text.
    throw damaged('has no header')
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function damaged(what: string): SeedError {
  return new SeedError('damaged', `the content of the seed ${what}`)
}
