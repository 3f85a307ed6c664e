import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveAgentPath } from '../../src/files/agent-path.ts'

const PLACE = { directory: '/w/work', home: '/h/a' }

test.each([
  ['a/b', { path: '/w/work/a/b', within: '/w/work' }],
  ['~user', { path: '/w/work/~user', within: '/w/work' }],
  ['~', { path: '/h/a' }],
  ['~/x/../y', { path: '/h/a/y' }],
  ['/etc/../x', { path: '/etc/../x' }],
])('%s', (path, expected) => {
  expect(resolveAgentPath(path, PLACE)).toEqual(expected)
})

test('a relative path never leaves the work directory', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('..', '.', '', 'a', '...', '~'), { minLength: 1 }), (segments) => {
      const path = segments.join('/')
      if (path === '' || path.startsWith('/') || path.startsWith('~')) return
      if (segments.includes('..')) expect(() => resolveAgentPath(path, PLACE)).toThrow(TypeError)
      else expect(`${resolveAgentPath(path, PLACE).path}/`).toMatch(/^\/w\/work\//)
    }),
  )
})
