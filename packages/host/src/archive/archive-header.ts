import type { PaxRecord } from './pax-records.ts'
import { refuse } from './refuse.ts'
import { paxHeader } from './tar-writer.ts'

/** What an archive says about itself, in pax records before its first entry; other readers of tar pass over them. */
export interface ArchiveHeader {
  /** `Manifest.id` of what the archive holds, together with its base. */
  readonly manifest: string
  /** `Manifest.id` of what an incremental archive must be laid over. */
  readonly base?: string
  /** It is several tars in a row, whose list was too long for one command. @default false */
  readonly joined?: boolean
}

const MANIFEST = 'X.archive.manifest'
const BASE = 'X.archive.base'
/** Any number of these; a pax header may not name one key twice, but these are for all entries. */
const DELETED = 'X.archive.deleted'
const JOINED = 'X.archive.joined'
const IDENTIFIER = /^[0-9a-f]{64}$/
/** Bytes of the paths in one block of records; a reader refuses headers above 1 MiB. */
const BLOCK_BYTES = 512 * 1024

/** The begin of an archive. @param deleted paths as latin1, deepest first not needed */
export function* renderArchiveHeader(header: ArchiveHeader, deleted: Iterable<string>): Generator<Buffer> {
  let records: PaxRecord[] = [[MANIFEST, header.manifest]]
  if (header.base !== undefined) records.push([BASE, header.base])
  if (header.joined === true) records.push([JOINED, '1'])
  let bytes = 0
  for (const path of deleted) {
    records.push([DELETED, path])
    bytes += path.length + DELETED.length
    if (bytes < BLOCK_BYTES) continue
    yield* paxHeader('g', records)
    records = []
    bytes = 0
  }
  yield* paxHeader('g', records)
}

/** Collects what the records of an archive's begin say. */
export class ArchiveHeaderReader {
  #manifest: string | undefined
  #base: string | undefined
  #joined = false

  /** `undefined` for a tar that was not made by us: it stands for itself. */
  get header(): ArchiveHeader | undefined {
    if (this.#manifest === undefined) return undefined
    const base = this.#base === undefined ? {} : { base: this.#base }
    return { manifest: this.#manifest, joined: this.#joined, ...base }
  }

  /** @returns the paths that the records delete */
  take(records: readonly PaxRecord[]): readonly string[] {
    const deleted: string[] = []
    for (const [key, value] of records) {
      if (key === DELETED) deleted.push(value)
      else if (key === MANIFEST) this.#manifest = identifier(value, this.#manifest)
      else if (key === JOINED) this.#joined = true
      else if (key === BASE) this.#base = identifier(value, this.#base)
    }
    if (deleted.length > 0 && this.#base === undefined) throw refuse('it deletes and has no base', deleted[0])
    return deleted
  }
}

function identifier(value: string, before: string | undefined): string {
  if (before !== undefined || !IDENTIFIER.test(value)) throw refuse('its own header is wrong')
  return value
}
