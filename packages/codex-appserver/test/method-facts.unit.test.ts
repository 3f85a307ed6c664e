import { describe, expect, test } from 'vitest'
import { methodNames } from '../scripts/method-facts.ts'
import { readVersions } from '../scripts/read-versions.ts'
import { METHODS } from '../src/_generated/support.ts'
import {
  CLIENT_METHODS,
  SERVER_NOTIFICATION_METHODS,
  SERVER_REQUEST_METHODS,
} from '../src/_generated/methods.ts'
import { supports } from '../src/method-facts.ts'

const experimentalApi = true

describe('METHODS', () => {
  test('knows every method that has types', () => {
    for (const method of [...CLIENT_METHODS, ...SERVER_REQUEST_METHODS, ...SERVER_NOTIFICATION_METHODS])
      expect(METHODS, method).toHaveProperty([method, 'since'])
  })

  test.each(readVersions())('says of codex $codex what its dumps say', ({ codex, stable, experimental }) => {
    for (const method of Object.keys(METHODS)) {
      // What no dump has is declared by hand.
      if (method.startsWith('rawResponse')) continue
      expect(supports(codex, method), method).toBe(methodNames(stable).includes(method))
      expect(supports(codex, method, { experimentalApi }), method).toBe(
        methodNames(experimental).includes(method),
      )
    }
  })

  test('says since and until when, and how stable it is', () => {
    expect(METHODS['thread/start']).toEqual({
      since: '0.142.5',
      stability: 'stable',
      stabilityIn: { '0.142.5': 'stable', '0.169.0': 'stable' },
    })
    expect(METHODS['thread/rollback']).toMatchObject({ since: '0.142.5', until: '0.142.5' })
    expect(METHODS['thread/turns/list']).toMatchObject({
      stability: 'stable',
      stabilityIn: { '0.142.5': 'experimental' },
    })
  })
})

describe('supports', () => {
  test('answers for a version in between as for the older neighbour, and for others as for the nearest', () => {
    const revert = (version: string): boolean => supports(version, 'thread/revert', { experimentalApi })
    expect(['0.142.5', '0.150.0', '0.168.99', '0.169.0-alpha.2', '0.1.0'].map(revert)).toEqual(
      Array.from({ length: 5 }, () => false),
    )
    expect(['0.169.0', '0.169.1', '0.170.0-beta', '1.0.0'].map(revert)).toEqual(
      Array.from({ length: 4 }, () => true),
    )
    expect(supports('0.150.0', 'thread/rollback')).toBe(true)
  })

  test('knows no method by the names that every object has', () => {
    expect(supports('0.169.0', 'constructor')).toBe(false)
    expect(supports('0.169.0', 'thread/imagined', { experimentalApi })).toBe(false)
  })

  test('wants a version', () => {
    expect(() => supports('latest', 'thread/start')).toThrow(TypeError)
  })
})
