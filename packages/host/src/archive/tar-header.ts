import { refuse } from './refuse.ts'

/** Headers, bodies and the end of a tar come in blocks of this many bytes. */
export const BLOCK = 512

/** One header block, its numbers and names as they stand in it. Names are bytes, held as latin1. */
export interface TarHeader {
  readonly name: string
  readonly link: string
  readonly mode: number
  readonly size: number
  readonly mtime: number
  /** One byte; `'0'` for the NUL of old archives. */
  readonly type: string
}

const USTAR = 'ustar\0'

/**
 * Reads a header block: ustar, the older form without a magic, and GNU's with base-256 numbers.
 * @throws HostError `archive-unsafe` when the checksum or a number is wrong
 */
export function parseTarHeader(block: Buffer): TarHeader {
  const name = textAt(block, 0, 100)
  if (checksum(block) !== numberAt(block, 148, 8, name)) throw refuse('a header is damaged', name)
  const magic = block.toString('latin1', 257, 263)
  const prefix = magic === USTAR ? textAt(block, 345, 155) : ''
  const type = block.toString('latin1', 156, 157)
  const size = numberAt(block, 124, 12, name)
  if (size < 0) throw refuse('a size is below 0', name)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    link: textAt(block, 157, 100),
    mode: numberAt(block, 100, 8, name),
    size,
    mtime: numberAt(block, 136, 12, name),
    type: type === '\0' ? '0' : type,
  }
}

/**
 * A header block, with its checksum. Names are cut at 100 bytes: longer ones stand in a header before it.
 * @param block is filled and returned; a new one costs more than all the rest
 */
export function renderTarHeader(
  header: TarHeader,
  magic: 'ustar' | 'gnu',
  block: Buffer = Buffer.allocUnsafe(BLOCK),
): Buffer {
  block.fill(0, 0, BLOCK)
  block.write(header.name, 0, 100, 'latin1')
  writeNumber(block, header.mode, 100, 8)
  // Whoever unpacks owns what is unpacked.
  writeNumber(block, 0, 108, 8)
  writeNumber(block, 0, 116, 8)
  writeNumber(block, header.size, 124, 12)
  writeNumber(block, header.mtime, 136, 12)
  block.write(header.type, 156, 1, 'latin1')
  block.write(header.link, 157, 100, 'latin1')
  block.write(magic === 'ustar' ? 'ustar\x0000' : 'ustar  \0', 257, 8, 'latin1')
  block.write(checksum(block).toString(8).padStart(6, '0'), 148, 6, 'latin1')
  block[154] = 0
  block[155] = 0x20
  return block
}

/** How many bytes of zeros follow a body of this size. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

/** The sum of all bytes, those of the checksum itself taken as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20
  for (let index = 0; index < 148; index += 1) sum += block[index] ?? 0
  for (let index = 156; index < BLOCK; index += 1) sum += block[index] ?? 0
  return sum
}

function textAt(block: Buffer, start: number, length: number): string {
  let end = start
  while (end < start + length && block[end] !== 0) end += 1
  return block.toString('latin1', start, end)
}

/** Octal digits with spaces before them and NULs or spaces behind, or GNU's base-256 when the first bit is set. */
function numberAt(block: Buffer, start: number, length: number, name: string): number {
  if (((block[start] ?? 0) & 0x80) !== 0) return base256(block, start, length, name)
  const end = start + length
  let at = start
  let value = 0
  while (at < end && block[at] === 0x20) at += 1
  for (let byte = block[at] ?? 0; at < end && byte >= 0x30 && byte <= 0x37; byte = block[at] ?? 0) {
    value = value * 8 + byte - 0x30
    at += 1
  }
  for (; at < end; at += 1) {
    if (block[at] !== 0 && block[at] !== 0x20) throw refuse('a number in a header is none', name)
  }
  return value
}

function base256(block: Buffer, start: number, length: number, name: string): number {
  const first = block[start] ?? 0
  if (first !== 0x80 && first !== 0xff) throw refuse('a number in a header is too large', name)
  let value = first === 0xff ? -1 : 0
  for (let index = start + 1; index < start + length; index += 1) value = value * 256 + (block[index] ?? 0)
  if (!Number.isSafeInteger(value)) throw refuse('a number in a header is too large', name)
  return value
}

function writeNumber(block: Buffer, value: number, start: number, length: number): void {
  const digits = value >= 0 ? value.toString(8) : ''
  if (digits !== '' && digits.length < length) {
    block.write(digits.padStart(length - 1, '0'), start, length - 1, 'latin1')
    return
  }
  let rest = value
  for (let index = start + length - 1; index > start; index -= 1) {
    block[index] = ((rest % 256) + 256) % 256
    rest = Math.floor(rest / 256)
  }
  block[start] = value < 0 ? 0xff : 0x80
}
