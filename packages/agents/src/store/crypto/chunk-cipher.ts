import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { BlobBinding } from '../blob-shelf.ts'
import { StoreError } from '../store-error.ts'
import { bindingBytes } from './binding-bytes.ts'

/** Of content; every chunk but the last has this many bytes. */
export const CHUNK_BYTES = 64 * 1024
const TAG_BYTES = 16
/** As stored: the ciphertext and its tag. */
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES

/**
 * Seals and opens the chunks of one blob. The nonce is the chunk's number and whether it is the last one, which is
 * safe because a data key is used for one blob and for each number once. So a chunk in another place, a chunk of
 * another blob, and an end where there was none don't open.
 */
export class ChunkCipher {
  private readonly dataKey: Uint8Array
  private readonly bound: Buffer

  constructor(dataKey: Uint8Array, binding: BlobBinding) {
    this.dataKey = dataKey
    this.bound = bindingBytes('x blob 1', binding)
  }

  /** Writes ciphertext and tag into `to` from `at` on. @returns where they end */
  sealInto(to: Buffer, at: number, chunk: Uint8Array, index: number, isLast: boolean): number {
    const nonce = nonceOf(index, isLast)
    const cipher = createCipheriv('aes-256-gcm', this.dataKey, nonce).setAAD(this.additional(nonce))
    to.set(cipher.update(chunk), at)
    cipher.final()
    to.set(cipher.getAuthTag(), at + chunk.length)
    return at + chunk.length + TAG_BYTES
  }

  /** @throws StoreError `corrupt` */
  open(sealed: Uint8Array, index: number, isLast: boolean): Buffer {
    if (sealed.length < TAG_BYTES)
      throw new StoreError('corrupt', `chunk ${index} of the content is cut short`)
    const nonce = nonceOf(index, isLast)
    const decipher = createDecipheriv('aes-256-gcm', this.dataKey, nonce)
      .setAAD(this.additional(nonce))
      .setAuthTag(sealed.subarray(-TAG_BYTES))
    const chunk = decipher.update(sealed.subarray(0, -TAG_BYTES))
    try {
      decipher.final()
    } catch (cause) {
      throw new StoreError('corrupt', `chunk ${index} of the content is not what was stored there`, { cause })
    }
    return chunk
  }

  private additional(nonce: Uint8Array): Buffer {
    return Buffer.concat([this.bound, nonce])
  }
}

function nonceOf(index: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt8(isLast ? 1 : 0, 0)
  nonce.writeBigUInt64BE(BigInt(index), 4)
  return nonce
}
