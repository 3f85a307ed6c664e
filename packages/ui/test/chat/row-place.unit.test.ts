import { expect, test } from 'vitest'
import { createRowPlace } from '../../src/chat/row-place.ts'
import type { Row } from '../../src/chat/transcript-rows.ts'

const rowsOf = (...ids: readonly string[]) => ({
  all: ids.map((id): Row => ({ id, phase: 'done', type: 'agent-message', text: '' })),
})

test('a row is found where it is now, whatever came before it since, and not when it is gone', () => {
  let rows = rowsOf('a', 'b')
  const place = createRowPlace(() => rows, 'b')
  expect(place()).toBe(1)
  rows = rowsOf('x', 'y', 'a', 'b', 'c')
  expect(place()).toBe(3)
  rows = rowsOf('b')
  expect(place()).toBe(0)
  rows = rowsOf('a')
  expect(place()).toBe(-1)
  rows = rowsOf('a', 'b')
  expect(place()).toBe(1)
})
