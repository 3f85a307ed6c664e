import { expect, test } from 'vitest'

import { clip, outputBlock, slowText } from '../../src/chat/texts.ts'

test('a long output is cut and says so', () => {
  const block = outputBlock(Array.from({ length: 14 }, (_, index) => String(index)).join('\n'))
  expect(block).toContain('\n11\n```')
  expect(block).toContain('… and 2 more lines.')
})

test('an output with a fence in it gets a longer one', () => {
  expect(outputBlock('a\n````\nb')).toBe('\n\n`````text\na\n````\nb\n`````')
})

test('no output, no block', () => {
  expect(outputBlock(' \n')).toBe('')
})

test('clip never cuts a character in two', () => {
  expect(clip('😀😀😀', 2)).toBe('😀…')
})

test('a slow text has the words it was asked for, within a paragraph', () => {
  const words = slowText(500).split(/\s+/).length
  expect(words).toBeGreaterThanOrEqual(495)
  expect(words).toBeLessThan(540)
})
