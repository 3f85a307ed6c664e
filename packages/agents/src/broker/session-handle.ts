import { createHash, randomBytes } from 'node:crypto'

const HANDLE = /^xh_[\w-]{43}$/

/** 256 random bits, in the form of a refresh token. */
export function createHandle(): string {
  return `xh_${randomBytes(32).toString('base64url')}`
}

/** What the store knows of it; `undefined` for what can't be one. */
export function hashHandle(handle: string): string | undefined {
  return HANDLE.test(handle) ? createHash('sha256').update(handle).digest('hex') : undefined
}
