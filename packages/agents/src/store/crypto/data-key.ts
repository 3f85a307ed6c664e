import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { BlobBinding } from '../blob-shelf.ts'
import type { KeyProvider, StoreKey } from '../key-provider.ts'
import { StoreError } from '../store-error.ts'
import { bindingBytes } from './binding-bytes.ts'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const SEALED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES

/** A data key as it is stored: wrapped. */
export interface SealedKey {
  readonly keyId: string
  /** Tells another key under the same id from content that was tampered with. Says nothing about the key. */
  readonly proof: string
  /** Nonce, ciphertext, tag. */
  readonly wrapped: Uint8Array
}

/** 64 bits of a digest that only the holder of the key can make. */
export function proofOf({ key }: StoreKey): string {
  return createHmac('sha256', key).update('x store key proof 1').digest('hex').slice(0, 16)
}

/** A fresh key for one blob, never used for another. */
export function createDataKey(): Buffer {
  return randomBytes(KEY_BYTES)
}

/**
 * The provider's key for new content.
 * @throws TypeError when the provider's answer is no key
 */
export async function currentKey(keys: KeyProvider): Promise<StoreKey> {
  const key = await keys.current()
  assertKey(key)
  return key
}

/** AES-256-GCM under a random nonce, bound to what the blob belongs to. */
export function wrapDataKey(dataKey: Uint8Array, key: StoreKey, binding: BlobBinding): SealedKey {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce).setAAD(additional(key.id, binding))
  const wrapped = Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()])
  return { keyId: key.id, proof: proofOf(key), wrapped }
}

/**
 * @throws StoreError `wrong-key` when the key is not there or is another one; `corrupt` when what is stored was
 * changed, or belongs to something else
 */
export async function unwrapDataKey(
  sealed: SealedKey,
  keys: KeyProvider,
  binding: BlobBinding,
): Promise<Buffer> {
  const key = await findKey(sealed, keys)
  const wrapped = Buffer.from(sealed.wrapped)
  if (wrapped.length !== SEALED_BYTES)
    throw new StoreError('corrupt', 'the wrapped data key has a wrong length')
  const nonce = wrapped.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', key.key, nonce)
    .setAAD(additional(key.id, binding))
    .setAuthTag(wrapped.subarray(-TAG_BYTES))
  const dataKey = decipher.update(wrapped.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    return Buffer.concat([dataKey, decipher.final()])
  } catch (cause) {
    throw new StoreError('corrupt', 'the data key was changed, or it belongs to something else', { cause })
  }
}

/**
 * The key that is named, if it is still the same.
 * @throws StoreError `wrong-key`
 */
export async function findKey(
  { keyId, proof }: Pick<SealedKey, 'keyId' | 'proof'>,
  keys: KeyProvider,
): Promise<StoreKey> {
  const key = await keys.find(keyId)
  if (!key) throw new StoreError('wrong-key', `the key ${keyId} that this was encrypted with is not there`)
  assertKey(key)
  const [actual, expected] = [Buffer.from(proofOf(key)), Buffer.from(proof)]
  if (key.id !== keyId || actual.length !== expected.length || !timingSafeEqual(actual, expected))
    throw new StoreError('wrong-key', `the key ${keyId} is not the one that this was encrypted with`)
  return key
}

function additional(keyId: string, binding: BlobBinding): Buffer {
  return Buffer.concat([bindingBytes('x data key 1', binding), Buffer.from(keyId, 'utf8')])
}

function assertKey({ id, key }: StoreKey): void {
  if (!/^[\w.-]{1,128}$/.test(id)) throw new TypeError('expected the id of a store key to be a short word')
  if (key.length !== KEY_BYTES) throw new TypeError(`expected a store key of 32 bytes, got ${key.length}`)
}
