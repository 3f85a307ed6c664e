import { describe, expect, test } from 'vitest'
import { nowMicros, stamp, StampReader } from '../src/stream/stamps.ts'

describe('stamps', () => {
  test('tell how old they are, wherever the text is cut', () => {
    const text = stamp() + stamp() + stamp()
    const whole = new StampReader()
    whole.read(text)
    const pieces = new StampReader()
    for (const piece of text) pieces.read(piece)
    for (const { lags } of [whole, pieces]) {
      expect(lags).toHaveLength(3)
      for (const lag of lags) expect(lag).toBeGreaterThanOrEqual(0)
    }
  })

  test('count in milliseconds', () => {
    const reader = new StampReader()
    reader.read(`@${nowMicros() - 7_000} `)
    expect(reader.lags[0]).toBeGreaterThanOrEqual(7)
  })
})
