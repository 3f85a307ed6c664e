import fc from 'fast-check'
import type { PaxRecord } from '../../src/archive/pax-records.ts'
import type { TarEntry } from '../../src/archive/tar-entry.ts'
import { paddingOf, renderTarHeader } from '../../src/archive/tar-header.ts'
import { TarReader } from '../../src/archive/tar-reader.ts'
import { HeaderBuffer } from '../../src/archive/header-buffer.ts'
import { renderEnd, writeEntry, type TarDialect } from '../../src/archive/tar-writer.ts'

export interface WholeEntry extends TarEntry {
  readonly body: Buffer
}

/** An entry with what it leaves unsaid. */
export function entry(part: Partial<Omit<WholeEntry, 'size'>> & { readonly path: string }): WholeEntry {
  const { body = Buffer.alloc(0) } = part
  return { type: 'file', link: '', mode: 0o644, mtime: '1700000000', ...part, body, size: body.length }
}

/** A tar as we write it. */
export function makeTar(entries: readonly WholeEntry[], dialect: TarDialect = 'pax'): Buffer {
  const output = new HeaderBuffer()
  for (const one of entries) {
    writeEntry(output, one, dialect)
    output.add(one.body)
    output.add(Buffer.alloc(paddingOf(one.size)))
  }
  return Buffer.concat([output.written, renderEnd(output.length, 512)])
}

/** A tar of one header as it is given, and its body; for what our writer would not write. */
export function rawTar(
  header: { readonly name: string; readonly type: string; readonly link?: string; readonly mode?: number },
  body = Buffer.alloc(0),
): Buffer {
  const { name, type, link = '', mode = 0o644 } = header
  const head = renderTarHeader({ name, link, mode, size: body.length, mtime: 0, type }, 'ustar')
  return Buffer.concat([head, body, Buffer.alloc(paddingOf(body.length))])
}

/** Everything that a tar holds, pushed in pieces that end at these offsets. */
export function readTar(
  bytes: Buffer,
  cuts: readonly number[] = [],
  joined = false,
): { readonly entries: readonly WholeEntry[]; readonly globals: readonly PaxRecord[] } {
  const entries: WholeEntry[] = []
  const globals: PaxRecord[] = []
  let open: { readonly entry: TarEntry; readonly parts: Buffer[] } | undefined
  const reader = new TarReader({
    header: () => undefined,
    global: (records) => void globals.push(...records),
    entry: (next) => (open = { entry: next, parts: [] }),
    body: (chunk, start, end) => void open?.parts.push(Buffer.from(chunk.subarray(start, end))),
    entryEnd: () => {
      if (open === undefined) throw new Error('an end without a begin')
      entries.push({ ...open.entry, body: Buffer.concat(open.parts) })
      open = undefined
    },
  })
  reader.joined = joined
  for (const piece of pieces(bytes, cuts)) reader.push(piece)
  reader.end()
  return { entries, globals }
}

export function pieces(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  )
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
}

const name = fc
  .array(
    fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 0x2f),
    { minLength: 1, maxLength: 60 },
  )
  .map((bytes) => Buffer.from(bytes).toString('latin1'))
  .filter((text) => text !== '.' && text !== '..')
const path = fc.array(name, { minLength: 1, maxLength: 6 }).map((names) => names.join('/'))
const mtime = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 40 }).map(String),
  fc
    .tuple(fc.integer({ min: 0, max: 2 ** 33 }), fc.integer({ min: 0, max: 999_999_999 }))
    .map(([seconds, fraction]) => `${seconds}.${String(fraction).padStart(9, '0')}`),
)
const body = fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes))
const mode = fc.integer({ min: 0, max: 0o777 })

/** Any entry that a tar can hold; names are any bytes but NUL and slash. */
export const anyEntry: fc.Arbitrary<WholeEntry> = fc.oneof(
  fc.record({ path, mtime, mode, body }).map(entry),
  fc.record({ path, mtime, mode }).map((one) => entry({ ...one, type: 'directory' })),
  fc.record({ path, mtime, link: path }).map((one) => entry({ ...one, type: 'symlink' })),
)
