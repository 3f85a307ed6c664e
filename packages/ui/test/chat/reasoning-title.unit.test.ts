import { expect, test } from 'vitest'
import { reasoningTitle } from '../../src/chat/reasoning-title.ts'

test.each([
  ['**Reading**\n\nwords\n\n**Writing**\n\nmore', 'Writing'],
  ['\nFirst `line`\nsecond', 'First line'],
  ['Half **bold', 'Half bold'],
  ['', ''],
])('%j is titled %j', (text, title) => {
  expect(reasoningTitle(text)).toBe(title)
})
