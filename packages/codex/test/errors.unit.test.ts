import { HostError } from '@x/host'
import { describe, expect, test } from 'vitest'
import { ConfigError, SessionError, toFault } from '../src/errors.ts'

describe('toFault', () => {
  test('keeps the remedy of an error that has one', () => {
    expect(toFault(new SessionError('posture', 'why', { remedy: 'do this' }))).toEqual({
      message: 'why',
      remedy: 'do this',
    })
    expect(toFault(new SessionError('lost', 'why'))).toEqual({ message: 'why' })
    expect(toFault(new ConfigError('field', 'this', 'that'))).toEqual({
      message: 'expected field to be this, got that',
    })
  })

  test('knows a full disk however deep it lies', () => {
    const full = new HostError('no-space', 'no space left', { cause: new Error('x') })
    const node = Object.assign(new Error('write'), { code: 'ENOSPC' })
    for (const error of [full, node, new Error('outer', { cause: new Error('inner', { cause: full }) })]) {
      expect(toFault(error)).toEqual({ message: 'the disk is full', remedy: expect.stringMatching(/Free/) })
    }
  })

  test('says anything else in its own words', () => {
    expect(toFault(new Error('plain'))).toEqual({ message: 'plain' })
    expect(toFault('thrown')).toEqual({ message: 'thrown' })
    expect(toFault(undefined)).toEqual({ message: 'undefined' })
  })
})
