import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chainOf, newestChain } from '../../src/snapshots/chain.ts'
import { planCollection } from '../../src/snapshots/plan-collection.ts'
import { assertApart, isAllowed, renderExclude } from '../../src/snapshots/snapshot-content.ts'
import type { SnapshotRecord } from '../../src/store/snapshot-record.ts'
import { loginManifest } from '../seeds/login-manifest.ts'

function record(number: number, change: Partial<SnapshotRecord> = {}): SnapshotRecord {
  return {
    owner: 'ada',
    taskId: 't',
    snapshotId: `s${number}`,
    number,
    agent: 'agent',
    depth: 0,
    verdict: 'good',
    data: {},
    archiveBytes: 90,
    manifestBytes: 10,
    createdAt: number * 1_000,
    ...change,
  }
}

/** Snapshots of a task, each laid over one before it or none. */
const histories = fc
  .array(fc.record({ base: fc.option(fc.nat(5)), isBad: fc.boolean(), bytes: fc.nat(1_000) }), {
    maxLength: 20,
  })
  .map((all) =>
    all.map(({ base, isBad, bytes }, n) =>
      record(n, {
        archiveBytes: bytes,
        verdict: isBad ? 'bad' : 'good',
        ...(base !== null && base < n && { baseId: `s${n - 1 - (base % n)}` }),
      }),
    ),
  )

describe('what may go', () => {
  test('is never needed by what stays, and can be deleted in that order', () => {
    fc.assert(
      fc.property(
        histories,
        fc.integer({ min: 1, max: 6 }),
        fc.nat(3_000),
        fc.nat(25_000),
        (all, count, maxBytes, maxAgeMs) => {
          const gone = planCollection(all, { count, maxBytes, maxAgeMs }, 20_000)
          const left = new Set(all)
          for (const one of gone) {
            expect([...left].some(({ baseId }) => baseId === one.snapshotId)).toBe(false)
            left.delete(one)
          }
          for (const one of left) expect(chainOf(one, [...left])).toEqual(chainOf(one, all))
          expect(newestChain([...left])).toEqual(newestChain(all))
          for (const one of left) expect(one.verdict).toBe('good')
        },
      ),
    )
  })

  test('is what is too old, too many or too much', () => {
    const all = [0, 1, 2, 3].map((n) => record(n))
    const goneBy = (retention: object): readonly number[] =>
      planCollection(all, retention, 3_500).map(({ number }) => number)
    expect(goneBy({})).toEqual([])
    expect(goneBy({ count: 2 })).toEqual([1, 0])
    expect(goneBy({ maxAgeMs: 1_600 })).toEqual([1, 0])
    expect(goneBy({ maxBytes: 350 })).toEqual([0])
    expect(goneBy({ maxBytes: 1 })).toEqual([2, 1, 0])
  })
})

test('a store that says that a chain is a circle is not believed', () => {
  const all = [record(1, { baseId: 's2' }), record(2, { baseId: 's1' }), record(3, { baseId: 's3' })]
  expect(all.map((one) => chainOf(one, all))).toEqual([undefined, undefined, undefined])
  expect(newestChain(all)).toBeUndefined()
})

describe('an allow-list', () => {
  const seeds = [loginManifest()]
  const rules = { agent: 'agent', home: 'home', roots: ['work', 'home/.agent/history'] }

  test('leaves out all but what leads to its roots, level by level', () => {
    expect(
      renderExclude({ ...rules, roots: [...rules.roots, 'work/sub', 'a*b'], exclude: ['*.log'] }),
    ).toEqual([
      '/*',
      '!/home/',
      '!/work',
      '!/a\\*b',
      '/home/*',
      '!/home/.agent/',
      '/home/.agent/*',
      '!/home/.agent/history',
      '*.log',
    ])
    expect(isAllowed(rules, 'home/.agent')).toBe(true)
    expect(isAllowed(rules, 'home/.agent/history/1')).toBe(true)
    expect(isAllowed(rules, 'home/.agent/historyless')).toBe(false)
  })

  test.each([
    ['the file of a login', ['home/.agent/login.json']],
    ['a directory that holds one', ['home']],
    ['one by another case', ['HOME/.Agent']],
    ['something below one', ['home/.agent/settings.json/x']],
    ['a way out', ['../elsewhere']],
    ['the directory itself', ['']],
    ['nothing', []],
  ])('that names %s is refused', (_, roots) => {
    expect(() => assertApart({ ...rules, roots }, seeds)).toThrow(TypeError)
  })

  test('takes nothing back, and looks at logins of its own agent', () => {
    expect(() => assertApart({ ...rules, exclude: ['!home/.agent/login.json'] }, seeds)).toThrow(TypeError)
    expect(() => assertApart({ ...rules, agent: 'other', roots: ['home'] }, seeds)).not.toThrow()
  })
})
