import { z } from 'zod'
import type { LoginRequest } from '../seed-directory.ts'
import { HttpFault } from './http-fault.ts'
import { MAX_EXPORT_BYTES, MAX_KEY_LENGTH, MAX_PASSPHRASE_LENGTH, MAX_SEED_NAME_LENGTH } from './limits.ts'

const MIN_PASSPHRASE_LENGTH = 8

const line = z
  .string()
  .max(MAX_SEED_NAME_LENGTH)
  .regex(/^[^\p{Cc}\p{Surrogate}]*$/u, 'one line of text is needed')
const name = line.refine((text) => text.trim() !== '', 'a name is needed').transform((text) => text.trim())
const passphrase = z.string().max(MAX_PASSPHRASE_LENGTH)
const id = z.string().min(1).max(200)

const rename = z.strictObject({ name })
const exporting = z.strictObject({ passphrase })
const importing = z.strictObject({ passphrase, sealed: z.base64(), name: name.optional() })
const common = { name: name.optional(), seedId: id.optional() }
const logIn = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('device-code'), ...common }),
  z.strictObject({ method: z.literal('api-key'), key: z.string().max(MAX_KEY_LENGTH), ...common }),
])

export function parseSeedName(body: unknown): string {
  return read(rename, body).name
}

/** @throws HttpFault 400, also for a passphrase that is too short to protect anything */
export function parseExport(body: unknown): { readonly passphrase: string } {
  const parsed = read(exporting, body)
  if (parsed.passphrase.length < MIN_PASSPHRASE_LENGTH)
    throw new HttpFault(
      400,
      'short-passphrase',
      `A passphrase of at least ${MIN_PASSPHRASE_LENGTH} characters is needed.`,
      'Use several words, and keep them: without them nobody can read the export.',
    )
  return parsed
}

export interface ImportRequest {
  readonly sealed: Uint8Array
  readonly passphrase: string
  readonly name?: string
}

/** @throws HttpFault 400; 413 for a file that is larger than any login */
export function parseImport(body: unknown): ImportRequest {
  const { sealed, ...rest } = read(importing, body)
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length > MAX_EXPORT_BYTES)
    throw new HttpFault(413, 'too-large', 'The file is larger than any export of a login.')
  return { sealed: bytes, passphrase: rest.passphrase, ...(rest.name !== undefined && { name: rest.name }) }
}

/** @throws HttpFault 400; it does not quote the key */
export function parseLogInRequest(body: unknown): LoginRequest {
  const parsed = read(logIn, body)
  const what = {
    ...(parsed.name !== undefined && { name: parsed.name }),
    ...(parsed.seedId !== undefined && { seedId: parsed.seedId }),
  }
  if (parsed.method === 'device-code') return { method: 'device-code', ...what }
  const key = parsed.key.trim()
  // It is sent as a header one day.
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new HttpFault(
      400,
      'bad-key',
      'This can’t be an API key.',
      'Paste the whole key, which is one word of plain letters.',
    )
  return { method: 'api-key', key, ...what }
}

/** @throws HttpFault 400, naming the fields but not what stood in them */
function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const fields = result.error.issues.map(({ path, code, message }) =>
    // The names of fields that nobody knows may be anything, a key that was put in the wrong place too.
    code === 'unrecognized_keys' ? 'body: has unknown fields' : `${path.join('.') || 'body'}: ${message}`,
  )
  throw new HttpFault(400, 'bad-request', `The request can't be read: ${fields.slice(0, 5).join('; ')}`)
}
