import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveLimits, type ArchiveLimits } from '../../src/archive/archive-limits.ts'
import { findChanges } from '../../src/archive/changes.ts'
import { EntryVetter } from '../../src/archive/entry-vetter.ts'
import { renderArchiveHeader } from '../../src/archive/archive-header.ts'
import { manifestLine } from '../../src/archive/manifest.ts'
import { renderSparseMap } from '../../src/archive/sparse-map.ts'
import { TarSanitiser } from '../../src/archive/tar-sanitiser.ts'
import { BLOCK } from '../../src/archive/tar-header.ts'
import { anyEntry, entry, makeTar, pieces, rawTar, readTar, type WholeEntry } from './make-tar.ts'

const END = Buffer.alloc(2 * BLOCK)
const ID = 'a'.repeat(64)

function newVetter(limits: ArchiveLimits = {}, foldsCase = false): EntryVetter {
  return new EntryVetter({ limits: resolveLimits(limits), foldsCase })
}

function sanitise(
  bytes: Buffer,
  vetter = newVetter(),
  cuts: readonly number[] = [],
  narrow = new Map<string, number>(),
) {
  const sanitiser = new TarSanitiser(vetter, 'pax', narrow)
  // Copies, since it writes into what it gets.
  const parts = pieces(bytes, cuts).flatMap((piece) => [...sanitiser.push(Buffer.from(piece))])
  const output = Buffer.concat([...parts, ...sanitiser.end()])
  return { output, entries: readTar(output).entries, narrow, deletions: sanitiser.deletions }
}

const unsafe = (message: RegExp) =>
  expect.objectContaining({
    name: 'HostError',
    code: 'archive-unsafe',
    message: expect.stringMatching(message),
  })

/** As archives hold it: bytes in the shape of latin1. */
const utf8 = (text: string) => Buffer.from(text).toString('latin1')
const file = (path: string, text = 'x') => entry({ path, body: Buffer.from(text) })
const link = (path: string, target: string) => entry({ path, type: 'symlink', link: target })
const hard = (path: string, target: string) => entry({ path, type: 'hard-link', link: target })
const directory = (path: string, mode = 0o755) => entry({ path, type: 'directory', mode })

test('what is good passes as it was', () => {
  const good = [
    directory('d'),
    file('d/f'),
    link('d/l', '/etc/passwd'),
    hard('d/h', 'd/f'),
    link('up', '../..'),
  ]
  const { entries } = sanitise(makeTar(good))
  const names = entries.map(({ path, link: target, body }) => [path, target, body.toString()])
  expect(names).toEqual([
    ['./d/', '', ''],
    ['./d/f', '', 'x'],
    ['./d/l', '/etc/passwd', ''],
    ['./d/h', './d/f', ''],
    ['./up', '../..', ''],
  ])
})

test.each<[string, readonly (WholeEntry | Buffer)[], RegExp]>([
  ['..', [file('../f')], /leads out/],
  ['.. in the middle', [file('a/../../f')], /leads out/],
  ['an absolute name', [rawTar({ name: '/etc/f', type: '0' })], /absolute/],
  ['a file through a symlink', [link('l', '/tmp'), file('l/f')], /no directory/],
  ['a file far through a symlink', [link('l', '/tmp'), file('l/a/b/f')], /no directory/],
  [
    'a file through a symlink to a directory of ours',
    [directory('d'), link('l', 'd'), file('l/f')],
    /no directory/,
  ],
  ['a symlink, then a file of its name', [link('l', '/etc/passwd'), file('l')], /one name/],
  ['a symlink, then a directory of its name', [link('l', '/tmp'), directory('l')], /one name/],
  ['a symlink in place of a directory', [directory('d'), link('d', '/tmp')], /one name/],
  ['a symlink in place of a directory that nobody named', [file('d/f'), link('d', '/tmp')], /one name/],
  ['a file below a file', [file('f'), file('f/g')], /no directory/],
  ['a file twice', [file('f'), file('./f')], /one name/],
  ['a file twice, spelt otherwise', [file('a/f'), file('a//./f')], /one name/],
  ['a hard link out', [hard('h', '../f')], /leads out/],
  ['an absolute hard link', [rawTar({ name: 'h', type: '1', link: '/etc/passwd' })], /absolute/],
  ['a hard link to what is not there', [hard('h', 'f')], /no file of the archive/],
  ['a hard link to a later file', [hard('h', 'f'), file('f')], /no file of the archive/],
  ['a hard link to a directory', [directory('d'), hard('h', 'd')], /no file of the archive/],
  ['a hard link through a symlink', [link('l', '/etc'), hard('h', 'l/passwd')], /no directory/],
  ['a root that is a file', [file('.')], /root is no directory/],
  ['a name that is too long', [file('n'.repeat(256))], /too long/],
  ['a path that is too long', [file('n/'.repeat(2_100) + 'f')], /too long/],
  ['a symlink to nowhere', [link('l', '')], /points to nothing/],
  ['a symlink that is too long', [link('l', 'n'.repeat(5_000))], /points to nothing/],
  ['a directory with a body', [rawTar({ name: 'd', type: '5' }, Buffer.from('x'))], /must have none/],
  [
    'a symlink with a body',
    [rawTar({ name: 'd', type: '2', link: 'x' }, Buffer.from('x'))],
    /must have none/,
  ],
  ['a device', [rawTar({ name: 'd', type: '3' })], /device/],
])('%s is refused', (_what, parts, message) => {
  const bytes = parts.map((part) => (Buffer.isBuffer(part) ? part : makeTar([part]).subarray(0, -2 * BLOCK)))
  expect(() => sanitise(Buffer.concat([...bytes, END]))).toThrow(unsafe(message))
})

test('a second name of a symlink becomes a symlink of its own', () => {
  const { entries } = sanitise(makeTar([link('l', '/etc/passwd'), hard('h', 'l')]))
  expect(entries[1]).toMatchObject({ type: 'symlink', path: './h', link: '/etc/passwd' })
})

test('setuid, setgid and sticky bits are dropped', () => {
  const { entries } = sanitise(Buffer.concat([rawTar({ name: 'f', type: '0', mode: 0o7755 }), END]))
  expect(entries[0]?.mode).toBe(0o755)
})

test('directories come out open, with the modes that they are to have in the end', () => {
  const { entries, narrow } = sanitise(makeTar([directory('a', 0o500), directory('b', 0o755)]))
  expect(entries.map(({ mode }) => mode)).toEqual([0o700, 0o755])
  expect([...narrow]).toEqual([['a', 0o500]])
})

test('where case is folded, names that differ in case only are one', () => {
  const both = makeTar([file(utf8('Straße')), file('STRASSE')])
  expect(sanitise(both).entries).toHaveLength(2)
  expect(() => sanitise(both, newVetter({}, true))).toThrow(unsafe(/one name/))
  const accents = makeTar([file(utf8('e\u0301')), file(utf8('\u00e9'))])
  expect(() => sanitise(accents, newVetter({}, true))).toThrow(unsafe(/one name/))
  const through = makeTar([link('Link', '/tmp'), file('LINK/f')])
  expect(() => sanitise(through, newVetter({}, true))).toThrow(unsafe(/no directory/))
})

test('limits are kept', () => {
  const many = makeTar([file('a', '12345'), file('b', '12345'), file('c', '12345')])
  expect(sanitise(many, newVetter({ maxBytes: 15, maxEntries: 3 })).entries).toHaveLength(3)
  expect(() => sanitise(many, newVetter({ maxBytes: 14 }))).toThrow(unsafe(/more than 14 bytes.*"c"/))
  expect(() => sanitise(many, newVetter({ maxEntries: 2 }))).toThrow(unsafe(/more than 2 entries/))
  expect(() => sanitise(makeTar([file('abcd')]), newVetter({ maxNameBytes: 5 }))).toThrow(unsafe(/too long/))
  expect(() => newVetter({ maxBytes: 0 })).toThrow(TypeError)
})

test('directories that no entry names are counted, and so are the bytes of all names', () => {
  const deep = makeTar([file(`${'a/'.repeat(60)}f`)])
  expect(sanitise(deep, newVetter({ maxEntries: 62 })).entries).toHaveLength(1)
  expect(() => sanitise(deep, newVetter({ maxEntries: 60 }))).toThrow(unsafe(/more than 60 entries/))
  const links = (count: number) =>
    makeTar(Array.from({ length: count }, (_, index) => link(`l${index}`, 'x'.repeat(4_000))))
  // Each has two headers: the first says what the link points to.
  const limits = { maxEntries: 1_000 }
  expect(sanitise(links(250), newVetter(limits)).entries).toHaveLength(250)
  expect(() => sanitise(links(270), newVetter(limits))).toThrow(unsafe(/too long altogether/))
  expect(() => sanitise(makeTar([file(`${'a/'.repeat(1_990)}f`)]), newVetter({ maxEntries: 3_000 }))).toThrow(
    unsafe(/too long altogether/),
  )
})

test('headers that only describe others are counted, so that they cannot flood', () => {
  const flood = Buffer.concat([
    ...Array.from({ length: 50 }, () => [...renderArchiveHeader({ manifest: ID }, [])]).flat(),
  ])
  expect(() => sanitise(Buffer.concat([flood, END]), newVetter({ maxEntries: 40 }))).toThrow(
    /own header|40 entries/,
  )
})

function sparse(
  parts: readonly { offset: number; length: number }[],
  realSize: number,
  data: Buffer,
): WholeEntry {
  return entry({ path: 's', sparseSize: realSize, body: Buffer.concat([renderSparseMap(parts), data]) })
}

test('a sparse file passes with its map', () => {
  const one = sparse(
    [
      { offset: 1_000_000, length: 3 },
      { offset: 2 ** 33, length: 2 },
    ],
    2 ** 34,
    Buffer.from('abcde'),
  )
  const { entries } = sanitise(makeTar([one]), newVetter(), [100, 1_700, 1_701])
  expect(entries[0]).toMatchObject({ path: './s', sparseSize: 2 ** 34, body: one.body })
})

test.each([
  [
    'parts that overlap',
    sparse(
      [
        { offset: 0, length: 3 },
        { offset: 2, length: 2 },
      ],
      100,
      Buffer.from('abcde'),
    ),
  ],
  ['parts beyond the end', sparse([{ offset: 98, length: 5 }], 100, Buffer.from('abcde'))],
  ['more data than its map says', sparse([{ offset: 0, length: 3 }], 100, Buffer.from('abcde'))],
  ['less data than its map says', sparse([{ offset: 0, length: 9 }], 100, Buffer.from('abcde'))],
  ['no numbers', entry({ path: 's', sparseSize: 9, body: Buffer.from('x\n') })],
  ['no end of its map', entry({ path: 's', sparseSize: 9, body: Buffer.from('9\n1\n') })],
])('a sparse file with %s is refused', (_what, one) => {
  expect(() => sanitise(makeTar([one]))).toThrow(unsafe(/map/))
})

test('holes count as bytes', () => {
  const bomb = sparse([], 2 ** 50, Buffer.alloc(0))
  expect(() => sanitise(makeTar([bomb]))).toThrow(unsafe(/more than 68719476736 bytes/))
})

test('a later archive replaces and deletes what an earlier one made, and nothing else', () => {
  const vetter = newVetter()
  sanitise(makeTar([directory('d'), file('d/f'), link('l', '/tmp'), file('g')]), vetter)
  const head = [...renderArchiveHeader({ manifest: ID, base: ID }, ['d/f', 'd', 'never'])]
  const next = Buffer.concat([...head, makeTar([file('d', 'now a file'), file('g', 'new'), link('g2', 'g')])])
  const { deletions, entries } = sanitise(next, vetter)
  expect(deletions).toEqual(['d/f', 'd'])
  expect(entries.map(({ path }) => path)).toEqual(['./d', './g', './g2'])
  const through = Buffer.concat([...renderArchiveHeader({ manifest: ID, base: ID }, ['l/x']), END])
  expect(() => sanitise(through, vetter)).toThrow(unsafe(/no directory/))
  for (const name of ['../x', '/x', '', '.']) {
    const out = Buffer.concat([...renderArchiveHeader({ manifest: ID, base: ID }, [name]), END])
    expect(() => sanitise(out, vetter), name).toThrow(unsafe(/./))
  }
  const kind = makeTar([directory('g')])
  expect(() => sanitise(kind, vetter)).toThrow(unsafe(/one name/))
})

/** An increment that deletes these. */
const increment = (deleted: readonly string[], ...entries: readonly WholeEntry[]) =>
  Buffer.concat([...renderArchiveHeader({ manifest: ID, base: ID }, deleted), makeTar(entries)])

test.each([[['d']], [['d', 'd/n']], [['d/n', 'd']]])(
  'what %j deletes has no mode to get in the end, nor has what was below',
  (deleted) => {
    const vetter = newVetter()
    const narrow = new Map<string, number>()
    const closed = ['d', 'd-', 'd/n', 'd/n/n', 'd!', 'e'].map((path) => directory(path, 0o500))
    sanitise(makeTar(closed), vetter, [], narrow)
    expect([...narrow.keys()]).toEqual(['d', 'd-', 'd/n', 'd/n/n', 'd!', 'e'])
    sanitise(increment(deleted, link('d', '/tmp')), vetter, [], narrow)
    expect([...narrow.keys()]).toEqual(['d-', 'd!', 'e'])
    const ways = ['d', 'd/n', 'd/n/n', 'e', 'e/none', 'd-', '', 'none']
    expect(vetter.directoriesAmong(ways)).toEqual(['', 'd-', 'e'])
  },
)

test('what was below a deleted directory is gone, and its names are free', () => {
  const state = (...entries: readonly WholeEntry[]) =>
    [directory(''), ...entries].map(({ path, type }) =>
      manifestLine({
        path,
        type: type === 'directory' ? 'directory' : 'file',
        ...{ mode: 0o755, size: 0, mtime: '1', ctime: '1', inode: `1:${path}`, links: 1, target: '' },
      }),
    )
  const whole = [directory('build'), directory('build/x'), directory('build/x/y'), file('build/x/y/f')]
  const again = [directory('build'), file('build/x')]
  const first = findChanges(state(...whole), state()).deleted
  expect(first).toEqual(['build', 'build/x', 'build/x/y', 'build/x/y/f'])
  const vetter = newVetter()
  sanitise(makeTar(whole), vetter)
  expect(sanitise(increment(first), vetter).deletions).toEqual(['build'])
  const second = findChanges(state(), state(...again)).deleted
  expect(sanitise(increment(second, ...again), vetter).entries).toHaveLength(2)
})

test('an archive that deletes has a base, and says all of it first', () => {
  const noBase = Buffer.concat([...renderArchiveHeader({ manifest: ID }, ['x']), END])
  expect(() => sanitise(noBase)).toThrow(unsafe(/no base/))
  const late = Buffer.concat([
    rawTar({ name: 'f', type: '0' }),
    ...renderArchiveHeader({ manifest: ID }, []),
    END,
  ])
  expect(() => sanitise(late)).toThrow(unsafe(/after the first/))
})

test('whatever comes in, what goes out is harmless and the same for every cut', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 6 })
  const cuts = fc.array(fc.nat(), { maxLength: 20 })
  const odd = fc.constantFrom(
    file('../x'),
    link('l', '/'),
    file('l/x'),
    hard('h', 'l'),
    directory('l'),
    file('a/b'),
  )
  const entries = fc.array(fc.oneof(anyEntry, odd), { maxLength: 6 })
  fc.assert(
    fc.property(entries, damage, cuts, (some, changes, at) => {
      const bytes = makeTar(some)
      for (const [offset, value] of changes) bytes[offset % bytes.length] = value
      const attempt = (where: readonly number[]) => {
        try {
          return sanitise(bytes, newVetter(), where).output.toString('latin1')
        } catch (error) {
          expect(error).toMatchObject({ code: 'archive-unsafe' })
          return error as Error
        }
      }
      const whole = attempt([])
      expect(String(attempt(at)) === String(whole)).toBe(true)
      if (whole instanceof Error) return
      const seen = new Map<string, string>()
      for (const one of readTar(Buffer.from(whole, 'latin1')).entries) {
        const path = one.path.replace(/\/$/, '')
        const parts = path.split('/')
        const above = parts.map((_part, index) => seen.get(parts.slice(0, index).join('/')) ?? 'directory')
        const isHarmless =
          parts[0] === '.' &&
          !parts.includes('..') &&
          one.mode <= 0o777 &&
          above.every((kind) => kind === 'directory') &&
          (one.type !== 'hard-link' || seen.get(one.link) === 'file')
        expect(isHarmless, JSON.stringify(one)).toBe(true)
        seen.set(path, one.type === 'hard-link' ? 'file' : one.type)
      }
    }),
    { numRuns: 400 },
  )
})
