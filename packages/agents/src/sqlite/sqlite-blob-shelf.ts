import { access, mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { SEALED_CHUNK_BYTES } from '../store/crypto/chunk-cipher.ts'
import type { BlobHeader, BlobShelf, OpenBlob } from '../store/blob-shelf.ts'
import { StoreError } from '../store/store-error.ts'
import type { SqliteRow } from './sqlite-binding.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

/** Whole chunks, so that few of them have to be put together. */
const READ_BYTES = 16 * SEALED_CHUNK_BYTES
/** A writer shows that it lives at least this often while it writes; the sweep's grace is many times longer. */
const TOUCH_MS = 30_000

interface Writing {
  readonly handle: FileHandle
  touchedAt: number
}

/**
 * Blobs are files beside the database, so that a large one neither goes through the write-ahead log nor keeps the
 * process waiting. The row comes first and goes first: a file without a row is rubbish.
 */
export class SqliteBlobShelf implements BlobShelf {
  readonly directory: string
  private readonly db: SqliteDatabase
  private readonly writing = new Map<string, Writing>()

  constructor(db: SqliteDatabase) {
    this.db = db
    this.directory = `${db.file}.blobs`
  }

  async begin({ blobId, binding, key }: BlobHeader): Promise<void> {
    await this.db.write(({ run, now }) =>
      run(
        `INSERT INTO blobs (id, owner, kind, subject, state, key_id, key_proof, wrapped_key, bytes, touched_at)
         VALUES (?, ?, ?, ?, 'writing', ?, ?, ?, 0, ?)`,
        blobId,
        binding.owner,
        binding.kind,
        binding.subject,
        key.keyId,
        key.proof,
        key.wrapped,
        now,
      ),
    )
    try {
      await mkdir(this.directory, { recursive: true, mode: 0o700 })
      const handle = await open(this.fileOf(blobId), 'wx', 0o600)
      this.writing.set(blobId, { handle, touchedAt: performance.now() })
    } catch (cause) {
      await this.remove(blobId).catch(() => undefined) // what stays is swept
      throw new StoreError('unwritable', `nothing can be written in ${this.directory}`, { cause })
    }
  }

  async append(blobId: string, _index: number, piece: Uint8Array): Promise<void> {
    const writing = this.handleOf(blobId)
    try {
      await writing.handle.writeFile(piece)
    } catch (cause) {
      throw new StoreError('unwritable', `the content can't be written in ${this.directory}`, { cause })
    }
    if (performance.now() - writing.touchedAt < TOUCH_MS) return
    const sql = `UPDATE blobs SET touched_at = ? WHERE id = ? AND state = 'writing'`
    const touched = await this.db.write(({ run, now }) => run(sql, now, blobId))
    if (touched === 0) throw sweptMeanwhile()
    writing.touchedAt = performance.now()
  }

  async finish(blobId: string, bytes: number): Promise<void> {
    const { handle } = this.handleOf(blobId)
    try {
      await handle.sync()
      this.writing.delete(blobId)
      await handle.close()
      await syncDirectory(this.directory)
    } catch (cause) {
      throw new StoreError('unwritable', `the content can't be written in ${this.directory}`, { cause })
    }
    const sql = `UPDATE blobs SET state = 'stored', bytes = ?, touched_at = ? WHERE id = ? AND state = 'writing'`
    const finished = await this.db.write(({ run, now }) => run(sql, bytes, now, blobId))
    if (finished === 0) throw sweptMeanwhile()
  }

  async open(blobId: string): Promise<OpenBlob> {
    const row = await this.attached(blobId)
    const isThere = await access(this.fileOf(blobId)).then(
      () => true,
      () => false,
    )
    if (!row || !isThere) throw new StoreError('not-found', `there is no blob ${blobId}`)
    return {
      header: {
        blobId,
        binding: { owner: String(row['owner']), kind: String(row['kind']), subject: String(row['subject']) },
        key: {
          keyId: String(row['key_id']),
          proof: String(row['key_proof']),
          wrapped: row['wrapped_key'] as Uint8Array,
        },
      },
      pieces: this.read(blobId),
    }
  }

  async remove(blobId: string): Promise<void> {
    const writing = this.writing.get(blobId)
    this.writing.delete(blobId)
    await writing?.handle.close()
    await this.db.write(({ run }) => run(`DELETE FROM blobs WHERE id = ? AND state <> 'attached'`, blobId))
    await this.removeFile(blobId)
  }

  /** For blobs whose row is gone already. */
  async removeFile(blobId: string): Promise<void> {
    await rm(this.fileOf(blobId), { force: true }).catch((cause: unknown) => {
      throw new StoreError('unwritable', `nothing can be removed in ${this.directory}`, { cause })
    })
  }

  /** Removes files that no row speaks of. @returns how many */
  async removeRubbish(): Promise<number> {
    const names = await readdir(this.directory).catch(() => [])
    const sql = 'SELECT 1 FROM blobs WHERE id = ?'
    const rubbish = await this.db.read(({ get }) => names.filter((name) => get(sql, name) === undefined))
    for (const name of rubbish) await this.removeFile(name)
    return rubbish.length
  }

  async close(): Promise<void> {
    const open = [...this.writing.values()]
    this.writing.clear()
    await Promise.all(open.map(({ handle }) => handle.close()))
  }

  private attached(blobId: string): Promise<SqliteRow | undefined> {
    return this.db.read(({ get }) => get(`SELECT * FROM blobs WHERE id = ? AND state = 'attached'`, blobId))
  }

  /** Once it is open it can be read to its end, even if it is removed meanwhile. */
  private async *read(blobId: string): AsyncGenerator<Uint8Array> {
    const handle = await open(this.fileOf(blobId), 'r').catch(async (cause: unknown) => {
      if (await this.attached(blobId)) throw new StoreError('corrupt', 'the content is missing', { cause })
      throw new StoreError('conflict', 'the content was replaced or removed before it was read', { cause })
    })
    try {
      for (;;) {
        const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafeSlow(READ_BYTES), 0, READ_BYTES)
        if (bytesRead === 0) return
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await handle.close()
    }
  }

  private handleOf(blobId: string): Writing {
    const writing = this.writing.get(blobId)
    if (!writing) throw new StoreError('closed', 'the store was closed while content was written')
    return writing
  }

  private fileOf(blobId: string): string {
    return path.join(this.directory, blobId)
  }
}

async function syncDirectory(directory: string): Promise<void> {
  // Windows opens no directories, and needs no such thing.
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const sweptMeanwhile = (): StoreError =>
  new StoreError('conflict', 'writing the content took so long that it was swept away')
