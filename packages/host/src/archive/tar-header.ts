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

/** The field of the checksum, as it counts in the checksum. */
const CHECKSUM_OF_BLANKS = 8 * 0x20
const USTAR = Buffer.from('ustar\0', 'latin1')

/**
 * Reads the header block that begins at `at`: ustar, the older form without a magic, and GNU's with base-256 numbers.
 * @throws HostError `archive-unsafe` when the checksum or a number is wrong
 */
export function parseTarHeader(bytes: Buffer, at = 0): TarHeader {
  const name = textAt(bytes, at, 100)
  if (checksum(bytes, at) !== numberAt(bytes, at + 148, 8, name)) throw refuse('a header is damaged', name)
  const prefix = isUstar(bytes, at) ? textAt(bytes, at + 345, 155) : ''
  const type = bytes[at + 156] ?? 0
  const size = numberAt(bytes, at + 124, 12, name)
  if (size < 0) throw refuse('a size is below 0', name)
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    link: textAt(bytes, at + 157, 100),
    mode: numberAt(bytes, at + 100, 8, name),
    size,
    mtime: numberAt(bytes, at + 136, 12, name),
    type: type === 0 ? '0' : String.fromCharCode(type),
  }
}

/**
 * Writes a header block with its checksum into `target`. Names are cut at 100 bytes: longer ones stand in a header before
 * it.
 */
export function writeTarHeader(target: Buffer, at: number, header: TarHeader, magic: 'ustar' | 'gnu'): void {
  const { name, link } = header
  EMPTY_HEADERS[magic].copy(target, at)
  target.write(name, at, 100, 'latin1')
  writeNumber(target, header.mode, at + 100, 8)
  writeNumber(target, header.size, at + 124, 12)
  writeNumber(target, header.mtime, at + 136, 12)
  target[at + 156] = header.type.charCodeAt(0)
  if (link !== '') target.write(link, at + 157, 100, 'latin1')
  const named = sumOf(target, at, at + Math.min(name.length, 100)) + sumOf(target, at + 100, at + 148)
  const linked = sumOf(target, at + 156, at + 157 + Math.min(link.length, 100))
  // What is between them are zeros.
  const sum = CHECKSUM_OF_BLANKS + named + linked + sumOf(target, at + 257, at + 265)
  writeNumber(target, sum, at + 148, 7)
  target[at + 155] = 0x20
}

/** What all headers have in common. Whoever unpacks owns what is unpacked. */
const EMPTY_HEADERS: Readonly<Record<'ustar' | 'gnu', Buffer>> = {
  ustar: emptyHeader('ustar\x0000'),
  gnu: emptyHeader('ustar  \0'),
}

function emptyHeader(magic: string): Buffer {
  const block = Buffer.alloc(BLOCK)
  writeNumber(block, 0, 108, 8)
  writeNumber(block, 0, 116, 8)
  block.write(magic, 257, 8, 'latin1')
  return block
}

/** A header block of its own; `writeTarHeader` fills a part of a larger buffer. */
export function renderTarHeader(header: TarHeader, magic: 'ustar' | 'gnu'): Buffer {
  const block = Buffer.alloc(BLOCK)
  writeTarHeader(block, 0, header, magic)
  return block
}

/** How many bytes of zeros follow a body of this size. */
export function paddingOf(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

/** The sum of all bytes, those of the checksum itself taken as spaces. */
function checksum(bytes: Buffer, at: number): number {
  return CHECKSUM_OF_BLANKS + sumOf(bytes, at, at + 148) + sumOf(bytes, at + 156, at + BLOCK)
}

function sumOf(bytes: Buffer, start: number, end: number): number {
  let sum = 0
  for (let index = start; index < end; index += 1) sum += bytes[index] ?? 0
  return sum
}

function isUstar(bytes: Buffer, at: number): boolean {
  for (let index = 0; index < USTAR.length; index += 1)
    if (bytes[at + 257 + index] !== USTAR[index]) return false
  return true
}

function textAt(bytes: Buffer, start: number, length: number): string {
  let end = start
  while (end < start + length && bytes[end] !== 0) end += 1
  return end === start ? '' : bytes.toString('latin1', start, end)
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
  let rest = value
  if (value >= 0 && value < 8 ** (length - 1)) {
    for (let index = start + length - 2; index >= start; index -= 1) {
      block[index] = 0x30 + (rest % 8)
      rest = Math.floor(rest / 8)
    }
    return
  }
  for (let index = start + length - 1; index > start; index -= 1) {
    block[index] = ((rest % 256) + 256) % 256
    rest = Math.floor(rest / 256)
  }
  block[start] = value < 0 ? 0xff : 0x80
}
