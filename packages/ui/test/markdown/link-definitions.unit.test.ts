import { expect, test } from 'vitest'
import { linkDefinitions, withDefinitions } from '../../src/markdown/link-definitions.ts'

test('a definition reaches the blocks that may use it, and no others', () => {
  const definitions = linkDefinitions(
    'See [it][a].\n\nMore.\n\n[a]: https://example.com "Title"\n[^1]: a footnote\n',
  )
  expect(definitions).toBe('[a]: https://example.com "Title"')
  expect(withDefinitions('See [it][a].\n\n', definitions)).toContain(definitions)
  expect(withDefinitions('More.\n\n', definitions)).toBe('More.\n\n')
})
