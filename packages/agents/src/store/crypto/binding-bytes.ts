import type { BlobBinding } from '../blob-shelf.ts'

/**
 * What a ciphertext is bound to, as bytes: each part with its length before it, so that no two bindings look alike.
 */
export function bindingBytes(purpose: string, { owner, kind, subject }: BlobBinding): Buffer {
  const parts = [purpose, owner, kind, subject].map((part) => Buffer.from(part, 'utf8'))
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(part.length)
      return [length, part]
    }),
  )
}
