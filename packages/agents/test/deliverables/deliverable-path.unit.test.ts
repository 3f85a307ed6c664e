import { posix } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveDeliverablePath } from '../../src/deliverables/deliverable-path.ts'

const WORK = ['/h/a/work', '/mnt/real/work'] as const

test.each([
  ['deliverables/a.md', 'a.md'],
  ['./deliverables/../deliverables/x', 'x'],
  ['deliverables/a/b c/ü.md', 'a/b c/ü.md'],
  ['/h/a/work/deliverables/x', 'x'],
  ['/mnt/real/work/deliverables/x/y', 'x/y'],
  ['../work/deliverables/x', 'x'],
])('%s lies below the directory', (announced, name) => {
  const path = `/h/a/work/deliverables/${name}`
  expect(resolveDeliverablePath(announced, [...WORK])).toEqual({ type: 'inside', name, path })
})

test.each([
  ['report.md', 'outside'],
  ['deliverables_other/x', 'outside'],
  ['../work2/deliverables/x', 'outside'],
  ['deliverables/../../x', 'outside'],
  ['/etc/passwd', 'outside'],
  ['~/deliverables/x', 'outside'],
  ['', 'bad'],
  ['deliverables', 'bad'],
  ['deliverables/', 'bad'],
  ['deliverables/a/', 'bad'],
  ['deliverables/a/..', 'bad'],
  ['.', 'bad'],
  ['deliverables/a\u0000b', 'bad'],
  ['deliverables/a\nDONE', 'bad'],
  [`deliverables/${'x'.repeat(4096)}`, 'bad'],
])('%j is %s', (announced, type) => {
  expect(resolveDeliverablePath(announced, [...WORK])).toEqual({ type })
})

test('whatever is announced, nothing else is read', () => {
  const segment = fc.oneof(
    fc.constantFrom('..', '.', '', 'deliverables', 'work', '~', 'home', 'a', '/'),
    fc.string({ maxLength: 5 }),
  )
  fc.assert(
    fc.property(
      fc.array(segment, { maxLength: 12 }),
      fc.constantFrom('', '/', ...WORK),
      (segments, start) => {
        const found = resolveDeliverablePath(start + segments.join('/'), [...WORK])
        if (found.type !== 'inside') return
        expect(found.path).toBe(posix.normalize(found.path))
        expect(found.path.startsWith('/h/a/work/deliverables/')).toBe(true)
        expect(found.name).toBe(found.path.slice('/h/a/work/deliverables/'.length))
        expect(found.name).not.toMatch(/^$|^\/|\p{Cc}/u)
      },
    ),
    { numRuns: 2_000 },
  )
})
