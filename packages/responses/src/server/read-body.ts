import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

import { apiError, type ApiError } from './api-error.ts'

type Decode = (data: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>

// zstd came to node:zlib with 22.15; on an older Node it stays undefined, and the client is told what to switch off.
const { zstdDecompress } = zlib as { zstdDecompress?: typeof zlib.gunzip }

const DECODERS: Readonly<Record<string, Decode | undefined>> = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  'x-gzip': promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  deflate: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate),
  br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
  zstd:
    zstdDecompress === undefined ? undefined : promisify<Buffer, zlib.ZlibOptions, Buffer>(zstdDecompress),
}

/**
 * The body of a request as text, decompressed; at most `maxBytes` before and after decompression.
 *
 * @returns `{ text }`, or `{ error }` with the answer to give. Rejects only when the connection breaks.
 */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<{ readonly text: string; readonly bytes: number } | { readonly error: ApiError }> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  const decode = DECODERS[encoding]
  if (encoding !== 'identity' && decode === undefined) return { error: unsupported(encoding) }
  const tooLarge = {
    error: apiError(413, `The request body is larger than ${String(maxBytes)} bytes.`, 'body_too_large'),
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge

  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop must not destroy the socket: the answer still has to go out on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > maxBytes) return tooLarge
  }
  const raw = Buffer.concat(chunks, size)
  if (decode === undefined) return { text: raw.toString('utf8'), bytes: size }
  try {
    const plain = await decode(raw, { maxOutputLength: maxBytes })
    return { text: plain.toString('utf8'), bytes: plain.length }
  } catch (cause) {
    if (cause instanceof RangeError || (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      return tooLarge
    return { error: apiError(400, `The request body is not valid ${encoding} data.`, 'bad_encoding') }
  }
}

function unsupported(encoding: string): ApiError {
  const remedy =
    encoding === 'zstd'
      ? ' This Node has no zstd; set enable_request_compression = false under [features] in the config.toml of Codex, or run Node 22.15 or newer.'
      : ''
  return apiError(415, `Unsupported content encoding '${encoding}'.${remedy}`, 'unsupported_encoding')
}
