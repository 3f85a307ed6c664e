import { expect, test } from 'vitest'
import { MAX_PROMPT, parseDevicePrompt, parseVerification } from '../../src/login/parse-verification.ts'

const ISSUER = 'http://127.0.0.1:4100'
const URL_THERE = `${ISSUER}/codex/device`

function prompt(url = URL_THERE, code = 'ABCD-EFGHJ'): string {
  return [
    '',
    'Welcome to Codex [v\u001b[90m0.142.5\u001b[0m]',
    '',
    '1. Open this link in your browser and sign in to your account',
    `   \u001b[94m${url}\u001b[0m`,
    '',
    '2. Enter this one-time code \u001b[90m(expires in 15 minutes)\u001b[0m',
    `   \u001b[94m${code}\u001b[0m`,
    '',
    'Never share this code.',
    '',
  ].join('\n')
}

test('the page and the code are read, and nothing before both are whole', () => {
  const whole = prompt()
  const afterCode = whole.indexOf('\n', whole.indexOf('ABCD-EFGHJ')) + 1
  for (let end = 0; end < afterCode; end += 1)
    expect(parseDevicePrompt(whole.slice(0, end), ISSUER)).toBeUndefined()
  const read = { url: URL_THERE, code: 'ABCD-EFGHJ' }
  expect(parseDevicePrompt(whole.slice(0, afterCode), ISSUER)).toEqual(read)
  expect(parseDevicePrompt(whole, ISSUER)).toEqual(read)
})

test.each([
  ['another page', prompt('https://example.com/codex/device')],
  ['a page with a name in it', prompt('http://127.0.0.1:4100@example.com/')],
  ['a page behind a name', prompt('http://user@127.0.0.1:4100/codex/device')],
  ['a page that is a program', prompt('javascript:alert(1)')],
  ['no page', prompt('')],
  ['a code that is a sentence', prompt(URL_THERE, 'open http://example.com')],
  ['a code with a page in it', prompt(URL_THERE, 'http://example.com/')],
  ['a code that moves the cursor', prompt(URL_THERE, '\u001b[2A\u202eABCD')],
  ['a code of thousands', prompt(URL_THERE, 'A'.repeat(5_000))],
  ['steps from inside a code', prompt(URL_THERE, `A\n1. x\n  ${ISSUER}@example.com/\n2. y\n  AB-CD`)],
])('hostile: %s', (_, said) => {
  const read = parseDevicePrompt(said, ISSUER)
  expect(read === 'unreadable' || read === undefined).toBe(true)
})

test('who says something else for long enough is not waited for', () => {
  expect(parseDevicePrompt('1. '.repeat(1_000), ISSUER)).toBeUndefined()
  expect(parseDevicePrompt('x'.repeat(MAX_PROMPT + 1), ISSUER)).toBe('unreadable')
})

test.each([
  [URL_THERE, 'ABCD-EFGHJ', true],
  [URL_THERE, 'ABCD-12345-XYZ', true],
  [URL_THERE, 'A B', false],
  [URL_THERE, '', false],
  [URL_THERE, 12, false],
  ['not an address', 'ABCD-EFGHJ', false],
  [undefined, 'ABCD-EFGHJ', false],
  ['http://127.0.0.1:4101/codex/device', 'ABCD-EFGHJ', false],
  [`${URL_THERE}?${'x'.repeat(600)}`, 'ABCD-EFGHJ', false],
])('of %s and %s', (url, code, isGood) => {
  expect(parseVerification(url, code, ISSUER) !== undefined).toBe(isGood)
})
