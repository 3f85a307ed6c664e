import { describe, expect, test } from 'vitest'
import { redactLine } from '../../src/wire/redact-line.ts'

describe('redactLine', () => {
  test.each([
    ['{"refresh_token":"rt-123","x":1}', '{"refresh_token":"[removed]","x":1}'],
    ['{"accessToken": "abc', '{"accessToken": "[removed]'],
    ['{"OPENAI_API_KEY":"whatever"}', '{"OPENAI_API_KEY":"[removed]"}'],
    ['key sk-proj-abcdefgh12345 refused', 'key [removed] refused'],
    ['OPENAI_API_KEY=abc FOO=1', 'OPENAI_API_KEY=[removed] FOO=1'],
    ['GET /cb?access_token=abc&x=1', 'GET /cb?access_token=[removed]&x=1'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [removed]'],
    ['token eyJhbGciOiJub25l.eyJleHAiOjF9.sig here', 'token [removed] here'],
    ['{"usage":{"totalTokens":12}}', '{"usage":{"totalTokens":12}}'],
  ])('%s', (line, expected) => {
    expect(redactLine(line)).toBe(expected)
  })

  test('keeps the beginning of a long line and says how long it was', () => {
    const text = redactLine('x'.repeat(20 * 1_024 * 1_024))
    expect(text).toBe(`${'x'.repeat(200)}… (20971520 characters)`)
  })

  test('shows nothing of a secret that reaches over the cut', () => {
    expect(redactLine(`${'x'.repeat(190)} "token":"${'s'.repeat(3_000)}"`)).not.toContain('sss')
  })
})
