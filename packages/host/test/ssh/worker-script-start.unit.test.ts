import { expect, test } from 'vitest'
import { renderStart, startError } from '../../src/ssh/worker-script-start.ts'

const start = { argv: ['prog', "it's\n", '$x'], cwd: '/w', env: { A: 'se\ncret', PATH: '/a:/b/' } } as const

test('a start is two lines of plain text, whatever it holds', () => {
  const text = renderStart({ ...start, variables: { x_log: '/l' } })
  expect(text).toMatch(/^[\x20-\x7e]+\n[\x20-\x7e]+\n$/)
  const [first, second] = text.split('\n')
  expect(first).not.toContain('cret')
  expect(second).toBe('export A=\\0047se\\0012cret\\0047 PATH=/a:/b/')
})

test('the program is looked for where its own PATH says', () => {
  const [first] = renderStart(start).split('\n')
  expect(first).toContain('check_start /w /a/prog /b/prog; }')
  expect(renderStart({ ...start, argv: ['./prog'] })).toContain('check_start /w /w/prog; }')
  expect(renderStart({ ...start, env: {} })).toContain('check_start /w; }')
  expect(renderStart({ ...start, env: {} }).split('\n')[1]).toBe(':')
})

test('what could not start is told by the system names', () => {
  expect(startError('cwd ENOTDIR\n', 'prog', '/w')?.message).toBe('ENOTDIR: cannot start in /w')
  expect(startError('program EACCES', 'prog', '/w')).toMatchObject({
    code: 'spawn-failed',
    message: 'EACCES: cannot run prog',
    cause: { code: 'EACCES' },
  })
  expect(startError('failed\nno message', 'prog', '/w')).toBeUndefined()
})
