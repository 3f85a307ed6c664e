import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findChanges } from '../../src/archive/changes.ts'
import { LineManifest, manifestLine, parseManifest, type ManifestEntry } from '../../src/archive/manifest.ts'
import { PathTable } from '../../src/archive/path-table.ts'

function one(path: string, part: Partial<ManifestEntry> = {}): ManifestEntry {
  const rest = { mode: 0o644, size: 1, mtime: '1.5', ctime: '2.5', inode: `1:${path}`, links: 1, target: '' }
  return { path, type: 'file', ...rest, ...part }
}
const directory = (path: string, part: Partial<ManifestEntry> = {}) =>
  one(path, { type: 'directory', size: 0, ...part })
const lines = (...entries: readonly ManifestEntry[]) =>
  [directory(''), ...entries].map(manifestLine).sort((a, b) => (a < b ? -1 : 1))
const paths = (changed: readonly string[]) => changed.map((line) => line.slice(0, line.indexOf('\0')))

test('a manifest comes back from its bytes', () => {
  const manifest = new LineManifest(
    lines(one('a\nb'), directory('d'), one('d/\xff', { type: 'symlink', target: '/x\ny' })),
  )
  const again = parseManifest(manifest.toBytes())
  expect(again.id).toBe(manifest.id)
  expect([...again.entries()]).toEqual([...manifest.entries()])
  expect(again.totalBytes).toBe(1)
  expect(again.entryCount).toBe(4)
})

test('bytes that are no manifest are refused', () => {
  const good = Buffer.from(new LineManifest(lines(one('a'))).toBytes())
  const bad = [
    Buffer.alloc(0),
    good.subarray(0, -1),
    Buffer.from('x'),
    Buffer.concat([good, Buffer.from('x\0')]),
  ]
  for (const bytes of bad) expect(() => parseManifest(bytes)).toThrow(expect.objectContaining({ code: 'io' }))
})

test('only what changed is in an incremental archive, with the directories above it', () => {
  const base = lines(directory('d'), one('d/a'), one('d/b'), directory('e'), one('e/a'), one('gone'))
  const now = lines(
    directory('d'),
    one('d/a', { ctime: '3' }),
    one('d/b'),
    directory('e'),
    one('e/a'),
    one('new'),
  )
  const { changed, deleted } = findChanges(base, now)
  expect(paths(changed)).toEqual(['', 'd', 'd/a', 'new'])
  expect(deleted).toEqual(['gone'])
})

test('what is of another type now is deleted first', () => {
  const base = lines(directory('d'), one('d/a'), one('f'))
  const now = lines(one('d'), directory('f'), one('f/x'))
  const { changed, deleted } = findChanges(base, now)
  expect(paths(changed)).toEqual(['', 'd', 'f', 'f/x'])
  expect(deleted).toEqual(['d', 'd/a', 'f'])
})

test('all names of a file come when one of them changes', () => {
  const shared = { inode: '1:7', links: 2 }
  const base = lines(directory('d'), one('d/a', { ...shared, links: 1 }))
  const now = lines(directory('d'), one('d/a', shared), one('z', shared), one('y'))
  expect(paths(findChanges(base, now).changed)).toEqual(['', 'd', 'd/a', 'y', 'z'])
})

test('changes say what makes the one of the other', () => {
  const name = fc.constantFrom('a', 'b', 'a!', 'd', 'd/a', 'd/b', 'd!', 'e', 'e/f', 'e/f/g')
  const state = fc.uniqueArray(fc.tuple(name, fc.constantFrom('1', '2')), { selector: ([path]) => path })
  fc.assert(
    fc.property(state, state, (before, after) => {
      const make = (entries: readonly (readonly [string, string])[]) =>
        lines(...entries.map(([path, ctime]) => one(path, { ctime })))
      const { changed, deleted } = findChanges(make(before), make(after))
      const result = new Map<string, string>(before)
      for (const path of deleted) result.delete(path)
      for (const path of paths(changed))
        if (path !== '') result.set(path, new Map<string, string>(after).get(path) ?? 'wrong')
      expect(result).toEqual(new Map<string, string>(after))
    }),
  )
})

test('the table of paths says of each what was said last', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string(), fc.constantFrom('file', 'symlink', 'gone'), fc.nat({ max: 8_000 }))),
      (said) => {
        const table = new PathTable()
        const known = new Map(said.map(([path, kind, generation]) => [path, { kind, generation }]))
        for (const [path, kind, generation] of said) table.set(path, kind, generation)
        for (const [path, value] of known) expect(table.get(path)).toEqual(value)
        expect(table.get('never said')).toBeUndefined()
      },
    ),
  )
  const large = new PathTable()
  for (let index = 0; index < 20_000; index += 1) large.set(`path ${index}`, 'file', 1)
  expect(large.get('path 19999')).toEqual({ kind: 'file', generation: 1 })
  expect(large.get('path 20000')).toBeUndefined()
})

test('a manifest that is not asked for stays as small as it was given, and is made once', () => {
  let made = 0
  const late = new LineManifest(() => {
    made += 1
    return lines(one('a'), one('b'))
  })
  expect(made).toBe(0)
  expect([...late.entries()].map(({ path }) => path)).toEqual(['', 'a', 'b'])
  expect(parseManifest(late.toBytes()).entryCount).toBe(late.entryCount)
  expect(made).toBe(1)
})
