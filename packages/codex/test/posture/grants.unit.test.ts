import type { Grant } from '@x/agents/conversation'
import { describe, expect, test } from 'vitest'
import { coversGrant, withoutNested } from '../../src/posture/grants.ts'

const write = (path: string): Grant => ({ path, mode: 'write' })
const read = (path: string): Grant => ({ path, mode: 'read' })
const network: Grant = { network: true }

describe('grants', () => {
  test('a place covers what lies in it, and writing covers reading', () => {
    expect(coversGrant(write('/a'), write('/a/b'))).toBe(true)
    expect(coversGrant(write('/a'), read('/a'))).toBe(true)
    expect(coversGrant(read('/a'), write('/a'))).toBe(false)
    expect(coversGrant(write('/a/b'), write('/a'))).toBe(false)
    expect(coversGrant(write('/a'), write('/ab'))).toBe(false)
    expect(coversGrant(network, network)).toBe(true)
    expect(coversGrant(network, write('/a'))).toBe(false)
  })

  test.each([
    [[write('/a/b/c'), write('/a'), write('/a/b')], [write('/a')]],
    [[write('/a'), write('/a')], [write('/a')]],
    [[read('/a'), write('/a')], [write('/a')]],
    [
      [read('/a'), write('/a/b')],
      [read('/a'), write('/a/b')],
    ],
    [[write('/a'), read('/a/b')], [write('/a')]],
    [
      [network, write('/b'), network],
      [network, write('/b')],
    ],
  ])('%j: none lies in another one that may be written', (given, left) => {
    expect(withoutNested(given)).toEqual(left)
  })
})
