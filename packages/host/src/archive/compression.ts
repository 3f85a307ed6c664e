import { gzipSync } from 'node:zlib'
import type { WorkerTools } from './worker-tools.ts'

/** Most that one block of zstd may hold. */
const MAX_RAW_BYTES = 128 * 1024

/** The program that shrinks on the machine: quickly, since what is saved must not hold up the agent. */
export const COMPRESSORS: Readonly<Record<WorkerTools['compression'], string>> = {
  zstd: 'zstd -1 -q -c',
  gzip: 'gzip -1 -c',
}

/**
 * Bytes in a frame of their own, to stand before what a compressor makes: both formats allow several in a row.
 * In zstd they are stored as they are, for which no compressor is needed.
 */
export function renderFrames(bytes: Buffer, compression: WorkerTools['compression']): Buffer {
  if (compression === 'gzip') return gzipSync(bytes, { level: 1 })
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; at += MAX_RAW_BYTES)
    frames.push(rawFrame(bytes.subarray(at, at + MAX_RAW_BYTES)))
  return Buffer.concat(frames)
}

/** @see https://www.rfc-editor.org/rfc/rfc8878 sections 3.1.1.1 and 3.1.1.2 */
function rawFrame(content: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt32LE(0xfd2fb528, 0)
  // Four bytes of content size, one segment, no checksum.
  head[4] = 0xa0
  head.writeUInt32LE(content.length, 5)
  // The last block, stored.
  head.writeUIntLE((content.length << 3) | 1, 9, 3)
  return Buffer.concat([head, content])
}
