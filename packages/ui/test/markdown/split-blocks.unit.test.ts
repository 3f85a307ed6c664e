import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitBlocks } from '../../src/markdown/split-blocks.ts'
import type { Blocks } from '../../src/markdown/split-blocks.ts'

/** Lines as agents write them, and lines made to mislead. */
const LINE = fc.constantFrom(
  'A paragraph.',
  '',
  '',
  '  ',
  '# Heading',
  '- item',
  '  - nested',
  '* star',
  '-',
  '1. one',
  '12',
  '   text of the item',
  '```ts',
  '```',
  '  ```',
  '    ```',
  '- ```sh',
  '~~~',
  '````',
  '> quote',
  '| a | b |',
  '|---|---|',
  '---',
  '    indented code',
  '\ttab',
  '[link]: https://example.com',
)
const MARKDOWN = fc.array(LINE, { maxLength: 24 }).map((lines) => lines.join('\n'))

describe('splitBlocks', () => {
  test('cuts paragraphs, headings, fences, tables and quotes', () => {
    const text = 'One.\n\n# Two\n\n```\na\n\nb\n```\nThree\n\n| a |\n|---|\n\n> four\n'
    expect(splitBlocks(text).blocks).toEqual([
      'One.\n\n',
      '# Two\n\n',
      '```\na\n\nb\n```\n',
      'Three\n\n',
      '| a |\n|---|\n\n',
      '> four\n',
    ])
  })

  test('keeps a loose list with what its items hold in one block', () => {
    const list = '1. one\n\n   more of one\n\n2. two\n\n   ```\n   code\n\n   code\n   ```\n\n3. three\n\n'
    expect(splitBlocks(`${list}After.`).blocks).toEqual([list, 'After.'])
  })

  test('a fence that its list left open ends with the list', () => {
    const text = '- a\n\n  ```\n  code\nText.\n\n```\nx\n\ny\n```\n'
    expect(splitBlocks(text).blocks).toEqual(['- a\n\n  ```\n  code\nText.\n\n', '```\nx\n\ny\n```\n'])
  })

  test('does not cut where a list may still come', () => {
    expect(splitBlocks('- a\n\n-').blocks).toHaveLength(1)
    expect(splitBlocks('1. a\n\n2').blocks).toHaveLength(1)
    expect(splitBlocks('1. a\n\n2024 was').blocks).toHaveLength(2)
  })

  test('the blocks joined are the text', () => {
    fc.assert(
      fc.property(MARKDOWN, (text) => {
        expect(splitBlocks(text).blocks.join('')).toBe(text)
      }),
    )
  })

  test('however the text arrives, the blocks in the end are those of the whole', () => {
    fc.assert(
      fc.property(MARKDOWN, fc.array(fc.nat(200)), (text, cuts) => {
        let blocks: Blocks | undefined
        for (const cut of [...cuts].sort((a, b) => a - b)) blocks = splitBlocks(text.slice(0, cut), blocks)
        expect(splitBlocks(text, blocks)).toEqual(splitBlocks(text))
      }),
      { numRuns: 500 },
    )
  })

  test('all blocks but the last are final at every moment', () => {
    fc.assert(
      fc.property(MARKDOWN, fc.nat(200), (text, cut) => {
        const final = splitBlocks(text.slice(0, cut)).blocks.slice(0, -1)
        expect(splitBlocks(text).blocks.slice(0, final.length)).toEqual(final)
      }),
      { numRuns: 500 },
    )
  })

  test('another text in the place of the earlier one is cut anew', () => {
    expect(splitBlocks('b\n\nc', splitBlocks('a\n\nc')).blocks).toEqual(['b\n\n', 'c'])
  })
})
