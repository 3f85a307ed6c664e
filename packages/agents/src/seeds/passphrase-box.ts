import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { SeedError } from './seed-error.ts'

const MAGIC = 'x-seed-export'
const VERSION = 1
const [LOG_N, R, P] = [17, 8, 1]
const [SALT_BYTES, NONCE_BYTES, TAG_BYTES, KEY_BYTES] = [16, 12, 16, 32]
const MAX_HEADER = 200
const MIN_PASSPHRASE = 8

/**
 * Encrypts with AES-256-GCM under a key that scrypt makes of a passphrase (N 2^17, r 8, p 1: 128 MiB of memory). One
 * line of text says how; it is authenticated with the rest.
 * @throws RangeError for a passphrase of less than 8 characters
 */
export async function sealWithPassphrase(content: Uint8Array, passphrase: string): Promise<Buffer> {
  if (passphrase.length < MIN_PASSPHRASE)
    throw new RangeError(`expected a passphrase of at least ${MIN_PASSPHRASE} characters`)
  const [salt, nonce] = [randomBytes(SALT_BYTES), randomBytes(NONCE_BYTES)]
  const facts = [
    MAGIC,
    VERSION,
    'scrypt',
    LOG_N,
    R,
    P,
    salt.toString('base64url'),
    nonce.toString('base64url'),
  ]
  const header = Buffer.from(`${facts.join(' ')}\n`)
  const key = await deriveKey(passphrase, salt, { logN: LOG_N, r: R, p: P })
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(header)
  return Buffer.concat([header, cipher.update(content), cipher.final(), cipher.getAuthTag()])
}

/** @throws SeedError `not-an-export`, `newer-export`, `wrong-passphrase` */
export async function openWithPassphrase(sealed: Uint8Array, passphrase: string): Promise<Buffer> {
  const { header, salt, nonce, ...cost } = parseHeader(sealed)
  const body = sealed.subarray(header.length)
  if (body.length < TAG_BYTES) throw notAnExport()
  const decipher = createDecipheriv('aes-256-gcm', await deriveKey(passphrase, salt, cost), nonce)
    .setAAD(header)
    .setAuthTag(body.subarray(-TAG_BYTES))
  const content = decipher.update(body.subarray(0, -TAG_BYTES))
  try {
    return Buffer.concat([content, decipher.final()])
  } catch {
    throw new SeedError('wrong-passphrase', 'the passphrase is another one, or the export was changed')
  }
}

interface Header {
  readonly header: Uint8Array
  readonly logN: number
  readonly r: number
  readonly p: number
  readonly salt: Buffer
  readonly nonce: Buffer
}

/** Costs are bounded: whoever made the file must not decide how much memory its reader spends. */
function parseHeader(sealed: Uint8Array): Header {
  const end = sealed.subarray(0, MAX_HEADER).indexOf(0x0a)
  const header = sealed.subarray(0, end + 1)
  const [magic, version, kdf, ...rest] = Buffer.from(header).toString('latin1').trimEnd().split(' ')
  if (magic !== MAGIC || !/^\d{1,4}$/.test(version ?? '')) throw notAnExport()
  if (Number(version) > VERSION)
    throw new SeedError(
      'newer-export',
      `the export has version ${Number(version)}; use a newer version of this software`,
    )
  const [logN = 0, r = 0, p = 0] = rest.slice(0, 3).map(Number)
  const [salt, nonce] = rest.slice(3).map((text) => Buffer.from(text, 'base64url'))
  const isBounded =
    [logN, r, p].every(Number.isInteger) && logN >= 14 && logN <= 20 && r === R && p >= 1 && p <= 4
  if (kdf !== 'scrypt' || rest.length !== 5 || !isBounded) throw notAnExport()
  if (salt?.length !== SALT_BYTES || nonce?.length !== NONCE_BYTES) throw notAnExport()
  return { header, logN, r, p, salt, nonce }
}

/** The same characters make the same key, however a keyboard has composed them. */
function deriveKey(
  passphrase: string,
  salt: Uint8Array,
  { logN, r, p }: { readonly logN: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  const N = 2 ** logN
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

function notAnExport(): SeedError {
  return new SeedError('not-an-export', 'these bytes are no export of a seed')
}
