import { describe, expect, test } from 'vitest'
import { requestPath } from '../../../src/http/auth/request-path.ts'

describe('the path of a request target', () => {
  test.each([
    ['/', '/'],
    ['/?x=//../', '/'],
    ['/assets/app-1a2b.js', '/assets/app-1a2b.js'],
    ['/api/sessions/a/approvals/a%2Fb%3A1', '/api/sessions/a/approvals/a%2Fb%3A1'],
    ['/a..b/.c', '/a..b/.c'],
  ])('%s is read as it stands', (target, path) => {
    expect(requestPath(target)).toBe(path)
  })

  test.each([
    undefined,
    '',
    '*',
    'http://127.0.0.1/',
    'api/sessions',
    '//api/sessions',
    '/api//sessions',
    '/assets/../api/sessions',
    '/assets/./x',
    '/..',
    '/%2e%2e/api/sessions',
    '/assets/%2E%2E/x',
    '/assets%5c..%5cx',
    '/a\\b',
    '/a%00',
    '/#/api',
    '/a b',
    '/ä',
  ])('%s is not read at all', (target) => {
    expect(requestPath(target)).toBeUndefined()
  })
})
