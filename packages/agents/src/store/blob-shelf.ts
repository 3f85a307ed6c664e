import type { SealedKey } from './crypto/data-key.ts'

/** What a blob belongs to. Encryption binds its content to exactly this. */
export interface BlobBinding {
  readonly owner: string
  /** For example `seed`. */
  readonly kind: string
  /** Of the record that names the blob. */
  readonly subject: string
}

/** What is stored beside the pieces of a blob. */
export interface BlobHeader {
  readonly blobId: string
  readonly binding: BlobBinding
  readonly key: SealedKey
}

/**
 * Where the sealed bytes of blobs lie: what differs between the stores.
 *
 * A blob is *writing* from `begin` to `finish`, then *stored*, then *attached* when a record names it. Only attached
 * ones are read. What stays writing or stored without a sign of life is swept.
 */
export interface BlobShelf {
  /** Makes the record; durable, so that whatever lies there later can be found and swept. */
  readonly begin: (header: BlobHeader) => Promise<void>
  /** Stores piece number `index`, counted from 0. Resolves when the next one may come. */
  readonly append: (blobId: string, index: number, piece: Uint8Array) => Promise<void>
  /** Makes all pieces durable and the blob *stored*. @throws StoreError `conflict` when it was swept meanwhile */
  readonly finish: (blobId: string, bytes: number) => Promise<void>
  /** @throws StoreError `not-found` */
  readonly open: (blobId: string) => Promise<OpenBlob>
  /** Removes record and pieces. Idempotent. */
  readonly remove: (blobId: string) => Promise<void>
}

export interface OpenBlob {
  readonly header: BlobHeader
  /**
   * The pieces in order, as they were appended or cut elsewhere. Nothing is held open before the first is asked for, nor
   * after the iteration has ended in any way.
   * @throws StoreError `conflict` when the blob was removed meanwhile, `corrupt` when a piece is missing
   */
  readonly pieces: AsyncIterable<Uint8Array>
}
