import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mendMarkdown } from '../../src/markdown/mend-markdown.ts'

describe('mendMarkdown', () => {
  test.each([
    ['some **bold', 'some **bold**'],
    ['some **bold te', 'some **bold te**'],
    ['some **bold*', 'some **bold**'],
    ['some **bold** and', 'some **bold** and'],
    ['an **', 'an '],
    ['*em', '*em*'],
    ['**a *b', '**a *b***'],
    ['~~gone', '~~gone~~'],
    ['call `readHea', 'call `readHea`'],
    ['call `', 'call '],
    ['``a ` b', '``a ` b``'],
    ['`a*b` and **c', '`a*b` and **c**'],
    ['snake_case_name', 'snake_case_name'],
    ['3 * 4', '3 * 4'],
    ['- item with **bold', '- item with **bold**'],
    ['see [the docs', 'see the docs'],
    ['see [the docs](https://exa', 'see the docs'],
    ['see [the docs](https://example.com)', 'see [the docs](https://example.com)'],
    ['an ![image](https://e', 'an image'],
    ['Text:\n-', 'Text:'],
    ['Text:\n--', 'Text:'],
    ['- one\n- ', '- one'],
    ['Text\n==', 'Text'],
    ['#', ''],
    ['1.', ''],
    ['``', ''],
  ])('%j shows as %j', (block, shown) => {
    expect(mendMarkdown(block)).toBe(shown)
  })

  test('what stands in a fence is left as it is', () => {
    expect(mendMarkdown('```ts\nconst a = **b')).toBe('```ts\nconst a = **b')
    expect(mendMarkdown('Text\n```\n- ')).toBe('Text\n```\n- ')
  })

  test('half a table head is a table', () => {
    expect(mendMarkdown('| a | b')).toBe('| a | b\n| - | - |')
    expect(mendMarkdown('| a | b |\n|--')).toBe('| a | b |\n| - | - |')
    expect(mendMarkdown('| a | b |\n|---|---|\n| 1')).toBe('| a | b |\n|---|---|\n| 1')
  })

  test('never throws, and leaves plain words alone', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof mendMarkdown(text)).toBe('string')
      }),
    )
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]+( [a-z]+)*\.$/), (text) => {
        expect(mendMarkdown(text)).toBe(text)
      }),
    )
  })
})
