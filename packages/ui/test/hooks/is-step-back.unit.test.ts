import { expect, test } from 'vitest'
import { isStepBack } from '../../src/hooks/is-step-back.ts'

test.each([
  [{ deltaY: -1 }, true],
  [{ deltaX: 3, deltaY: -4 }, true],
  [{ deltaY: 1 }, false],
  [{ deltaX: 40, deltaY: -3 }, false],
  [{ deltaX: -40, deltaY: -3 }, false],
  [{ deltaX: -4, deltaY: -4 }, false],
  [{ deltaY: -100, shiftKey: true }, false],
  [{ deltaY: -100, ctrlKey: true }, false],
])('a turn of the wheel by %j is a step back: %s', (turn, expected) => {
  expect(isStepBack({ deltaX: 0, ctrlKey: false, shiftKey: false, ...turn })).toBe(expected)
})
