import { expect, test } from 'vitest'
import { Acknowledger } from '../../src/terminal/acknowledger.ts'

const KIB = 1024

test('what was drawn is said at once when nothing else is on its way', () => {
  const said: number[] = []
  const acknowledger = new Acknowledger((bytes) => said.push(bytes))
  acknowledger.received(10)
  acknowledger.drew(10)
  acknowledger.received(1)
  acknowledger.received(2)
  acknowledger.drew(1)
  expect(said).toEqual([10])
  acknowledger.drew(2)
  expect(said).toEqual([10, 3])
})

test('a flood is said in batches, and to the last byte', () => {
  const said: number[] = []
  const acknowledger = new Acknowledger((bytes) => said.push(bytes))
  for (let n = 0; n < 100; n += 1) acknowledger.received(4 * KIB)
  for (let n = 0; n < 100; n += 1) acknowledger.drew(4 * KIB)
  expect(said.length).toBe(7)
  expect(said.reduce((sum, bytes) => sum + bytes, 0)).toBe(400 * KIB)
})

test('an empty message is not acknowledged', () => {
  const said: number[] = []
  const acknowledger = new Acknowledger((bytes) => said.push(bytes))
  acknowledger.received(0)
  acknowledger.drew(0)
  expect(said).toEqual([])
})
