import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits as 43 characters that need no quoting in a URL, a cookie or a header. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** SHA-256 as hex. A secret of 256 bits needs no slow hash: there is nothing to guess. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Whether `secret` has one of these hashes, in a time that tells nothing about which or how nearly. */
export function matchesAny(secret: string, hashes: Iterable<string>): string | undefined {
  const given = createHash('sha256').update(secret).digest()
  let found: string | undefined
  for (const hash of hashes) {
    const known = Buffer.from(hash, 'hex')
    if (known.length === given.length && timingSafeEqual(known, given)) found = hash
  }
  return found
}
