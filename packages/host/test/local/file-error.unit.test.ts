import { expect, test } from 'vitest'
import { HostError } from '../../src/errors.ts'
import { fileError } from '../../src/local/file-error.ts'

test.each([
  ['ENOENT', 'not-found'],
  ['EACCES', 'permission-denied'],
  ['EPERM', 'permission-denied'],
  ['EROFS', 'permission-denied'],
  ['ENOSPC', 'no-space'],
  ['EDQUOT', 'no-space'],
  ['EEXIST', 'already-exists'],
  ['ENOTEMPTY', 'already-exists'],
  ['ENOTDIR', 'not-a-directory'],
  ['EISDIR', 'io'],
  ['ELOOP', 'io'],
  ['EMFILE', 'io'],
])('%s is %s', (code, expected) => {
  const cause = Object.assign(new Error('refused'), { code })
  const error = fileError(cause, 'write', '/a/b')
  expect(error).toMatchObject({
    name: 'HostError',
    code: expected,
    message: `${code}: cannot write /a/b`,
    cause,
  })
})

test('a HostError stays as it is, and what is no error at all is io', () => {
  const error = new HostError('too-large', 'x')
  expect(fileError(error, 'read', '/a')).toBe(error)
  expect(fileError(undefined, 'read', '/a')).toMatchObject({ code: 'io', message: 'failed: cannot read /a' })
})
