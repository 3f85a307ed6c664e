import { describe, expect, test } from 'vitest'
import { BurstCollector } from '../../../src/http/terminals/burst-collector.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

describe('a burst', () => {
  test('is what one message has, unless more was announced', () => {
    const bursts = new BurstCollector()
    expect(bursts.add(bytes('one'))).toEqual(bytes('one'))
    expect(bursts.add(bytes(''))).toEqual(bytes(''))
  })

  test('that was announced is whole or nothing', () => {
    const bursts = new BurstCollector()
    expect(bursts.begin(6)).toBe(true)
    expect([bursts.add(bytes('ab')), bursts.add(bytes('cde')), bursts.add(bytes('f'))]).toEqual([
      'incomplete',
      'incomplete',
      Buffer.from('abcdef'),
    ])
    expect(bursts.add(bytes('next'))).toEqual(bytes('next'))
  })

  test('takes no other inside, and no byte more than was announced', () => {
    const bursts = new BurstCollector()
    bursts.begin(4)
    expect(bursts.begin(1)).toBe(false)
    bursts.add(bytes('abc'))
    expect(bursts.add(bytes('de'))).toBe('too-much')
  })
})
