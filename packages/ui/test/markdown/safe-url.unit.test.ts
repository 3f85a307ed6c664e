import { expect, test } from 'vitest'
import { safeUrl } from '../../src/markdown/safe-url.ts'

test.each(['https://example.com/a?b#c', 'http://127.0.0.1:3000/', 'mailto:ada@example.com'])(
  '%s opens',
  (address) => {
    expect(safeUrl(address)).toBe(address)
  },
)

test.each([
  'javascript:alert(1)',
  ' JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>1</script>',
  'file:///etc/passwd',
  'blob:https://example.com/1',
  'src/read.ts:12',
  '//example.com',
  '/api/sessions',
  '#token=x',
  '',
  undefined,
])('%s is text', (address) => {
  expect(safeUrl(address)).toBeUndefined()
})
