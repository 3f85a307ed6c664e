import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { createMarker, MarkerGate } from '../../src/ssh/marker-gate.ts'

async function through(gate: MarkerGate, pieces: readonly string[]): Promise<string> {
  return (await buffer(Readable.from(pieces.map((piece) => Buffer.from(piece))).pipe(gate))).toString()
}

describe('a gate', () => {
  test('lets through what comes behind the line with the mark', async () => {
    const marker = createMarker()
    const gate = new MarkerGate(marker)
    expect(await through(gate, [`Welcome!\n${marker.text}42 (sh)\nout`, 'put'])).toBe('output')
    expect(await gate.opened).toBe('42 (sh)')
  })

  test('takes the mark in any pieces', async () => {
    const marker = createMarker()
    const gate = new MarkerGate(marker)
    expect(await through(gate, Array.from(`noise${marker.text}x\nrest`))).toBe('rest')
    expect(await gate.opened).toBe('x')
  })

  test('stays shut without a mark, and tells what was said', async () => {
    const gate = new MarkerGate(createMarker())
    expect(await through(gate, ['This account is ', 'not available.\n'])).toBe('')
    expect(await gate.opened).toBeUndefined()
    expect(gate.noise).toBe('This account is not available.')
  })

  test('is not opened by the command line itself', async () => {
    const marker = createMarker()
    const gate = new MarkerGate(marker)
    expect(await through(gate, [`+ echo ${marker.word}\n${marker.text}\nout`])).toBe('out')
  })

  test('drops noise without end', async () => {
    const marker = createMarker()
    const gate = new MarkerGate(marker)
    const noise = Array.from({ length: 40 }, () => 'x'.repeat(100_000))
    expect(await through(gate, [...noise, `${marker.text}\nout`])).toBe('out')
  })
})
