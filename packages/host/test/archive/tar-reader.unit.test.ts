import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK, parseTarHeader, renderTarHeader } from '../../src/archive/tar-header.ts'
import { parsePaxRecords, paxText } from '../../src/archive/pax-records.ts'
import { paxHeader } from '../../src/archive/tar-writer.ts'
import { anyEntry, entry, makeTar, rawTar, readTar } from './make-tar.ts'

const cuts = fc.array(fc.nat(), { maxLength: 30 })
const END = Buffer.alloc(2 * BLOCK)

/** As the reader gives names back: as they stand in the tar. */
const asWritten = (path: string, type: string) => `./${path}${type === 'directory' ? '/' : ''}`

test('what was written is read, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 6 }), cuts, (entries, at) => {
      const read = readTar(makeTar(entries), at).entries
      expect(read).toEqual(entries.map((one) => ({ ...one, path: asWritten(one.path, one.type) })))
    }),
  )
})

test("GNU's headers say the same but for fractions of seconds", () => {
  fc.assert(
    fc.property(fc.array(anyEntry, { maxLength: 6 }), cuts, (entries, at) => {
      const read = readTar(makeTar(entries, 'gnu'), at).entries
      const whole = (time: string) => time.replace(/\..*/, '')
      expect(read).toEqual(
        entries.map((one) => ({ ...one, path: asWritten(one.path, one.type), mtime: whole(one.mtime) })),
      )
    }),
  )
})

test('a tar that is cut anywhere is refused', () => {
  const whole = makeTar([
    entry({ path: 'a', body: Buffer.from('12345') }),
    entry({ path: 'b'.repeat(300), type: 'directory' }),
  ])
  for (let length = 0; length < whole.length; length += 1)
    expect(() => readTar(whole.subarray(0, length)), String(length)).toThrow(
      expect.objectContaining({ name: 'HostError', code: 'archive-unsafe' }),
    )
  expect(readTar(whole).entries).toHaveLength(2)
})

test('any damage is refused, or read as something; it never hangs and gives no more than there was', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 4 }), damage, cuts, (entries, changes, at) => {
      const bytes = makeTar(entries)
      for (const [offset, value] of changes) bytes[offset % bytes.length] = value
      let read: ReturnType<typeof readTar> | undefined
      try {
        read = readTar(bytes, at)
      } catch (error) {
        expect(error).toMatchObject({ name: 'HostError', code: 'archive-unsafe' })
      }
      const size = read?.entries.reduce((sum, one) => sum + one.body.length, 0) ?? 0
      expect(size).toBeLessThanOrEqual(bytes.length)
    }),
    { numRuns: 500 },
  )
})

test('noise is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 4_000 }), (noise) => {
      expect(() => readTar(Buffer.from(noise))).toThrow(expect.objectContaining({ code: 'archive-unsafe' }))
    }),
  )
})

test('numbers are octal, or base-256 where octal has no room', () => {
  const any = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
  const time = fc.integer({ min: -(2 ** 40), max: 2 ** 45 })
  fc.assert(
    fc.property(any, time, fc.integer({ min: 0, max: 0o7777 }), (size, mtime, mode) => {
      const header = { name: 'x', link: '', mode, size, mtime, type: '0' }
      expect(parseTarHeader(renderTarHeader(header, 'gnu'))).toEqual(header)
    }),
  )
})

test('sizes beyond what we can count are refused', () => {
  const block = renderTarHeader({ name: 'x', link: '', mode: 0, size: 2 ** 40, mtime: 0, type: '0' }, 'gnu')
  block[125] = 0x7f
  let sum = 8 * 0x20
  block.forEach((byte, index) => (sum += index >= 148 && index < 156 ? 0 : byte))
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  expect(() => parseTarHeader(block)).toThrow(/too large/)
})

test('pax records hold any bytes and count their own length', () => {
  const text = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 1_200 })
  fc.assert(
    fc.property(fc.array(text), (values) => {
      const records = values.map(
        (bytes, index) => [`k${index}`, Buffer.from(bytes).toString('latin1')] as const,
      )
      expect(parsePaxRecords(Buffer.from(paxText(records), 'latin1'))).toEqual(records)
    }),
  )
})

test.each(['', '5 a=b', '99 a=b\n', '6 a=b', '06 a=b\n', '6  =b\n6', '-6 a=b\n', '4 ab\n', '0 \n'])(
  'a record that is none is refused: %j',
  (text) => {
    const body = Buffer.from(text === '' ? '\n' : text)
    expect(() => parsePaxRecords(body)).toThrow(expect.objectContaining({ code: 'archive-unsafe' }))
  },
)

test.each([
  ['a name with a NUL', paxHeader('x', [['path', 'a\0b']])],
  ['an empty name', paxHeader('x', [['path', '']])],
  [
    'one key twice',
    paxHeader('x', [
      ['path', 'a'],
      ['path', 'b'],
    ]),
  ],
  ['a size that is none', paxHeader('x', [['size', '-1']])],
  ['two in a row', [...paxHeader('x', [['path', 'a']]), ...paxHeader('x', [['mtime', '1']])]],
  ['a name for all entries', paxHeader('g', [['path', 'a']])],
  [
    'an old sparse map',
    paxHeader('x', [
      ['GNU.sparse.map', '0,1'],
      ['GNU.sparse.size', '9'],
    ]),
  ],
])('a pax header with %s is refused', (_what, blocks) => {
  const bytes = Buffer.concat([...blocks, rawTar({ name: 'x', type: '0' }), END])
  expect(() => readTar(bytes)).toThrow(expect.objectContaining({ code: 'archive-unsafe' }))
})

test('a header that claims to describe an entry with gigabytes is refused before it is read', () => {
  for (const type of 'xgLK') {
    const header = { name: 'x', link: '', mode: 0, size: 2 ** 33, mtime: 0, type }
    expect(() => readTar(Buffer.concat([renderTarHeader(header, 'gnu'), END]))).toThrow(/too large/)
  }
})

test.each([
  ['a device', '3', /device/],
  ['a block device', '4', /device/],
  ['a FIFO', '6', /FIFO/],
  ['an old sparse file', 'S', /sparse/],
  ['a volume name', 'V', /unknown kind/],
])('%s is refused', (_what, type, message) => {
  expect(() => readTar(Buffer.concat([rawTar({ name: 'x', type }), END]))).toThrow(message)
})

test('nothing may follow the end but zeros', () => {
  const whole = makeTar([entry({ path: 'a' })])
  expect(readTar(Buffer.concat([whole, Buffer.alloc(200_000)])).entries).toHaveLength(1)
  expect(() => readTar(Buffer.concat([whole, Buffer.from('x')]))).toThrow(/follows its end/)
  const half = Buffer.concat([
    rawTar({ name: 'a', type: '0' }),
    Buffer.alloc(BLOCK),
    rawTar({ name: 'b', type: '0' }),
    END,
  ])
  expect(() => readTar(half)).toThrow(/begins its end/)
})

test('bodies are passed on without a copy', () => {
  const body = Buffer.alloc(100_000, 'x')
  const bytes = makeTar([entry({ path: 'a', body })])
  const seen = readTar(bytes).entries[0]?.body
  expect(seen?.equals(body)).toBe(true)
})

test('tars in a row are read as one where that was said, and only there', () => {
  const [a, b] = [makeTar([entry({ path: 'a' })]), makeTar([entry({ path: 'b' })])]
  const bytes = Buffer.concat([a, Buffer.alloc(8 * BLOCK), b, Buffer.alloc(BLOCK)])
  fc.assert(
    fc.property(cuts, (at) => {
      expect(readTar(bytes, at, true).entries.map(({ path }) => path)).toEqual(['./a', './b'])
    }),
  )
  expect(() => readTar(bytes)).toThrow(/follows its end/)
  for (const rest of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.alloc(100)])])
    expect(() => readTar(rest, [], true)).toThrow(/it is cut/)
})
