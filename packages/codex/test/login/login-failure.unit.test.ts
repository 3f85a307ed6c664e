import { expect, test } from 'vitest'
import { loginFailure } from '../../src/login/login-failure.ts'

test.each([
  ['device auth failed with status 400 Bad Request', 'login-refused'],
  ['Error logging in with device code: device auth failed with status 401 Unauthorized', 'login-refused'],
  ['device auth failed with status 503 Service Unavailable', 'login-unreachable'],
  ['device auth failed with status 429 Too Many Requests', 'login-unreachable'],
  ['device auth timed out after 15 minutes', 'login-expired'],
  ['failed to request device code: error sending request for url (http://127.0.0.1/)', 'login-unreachable'],
  ['device code exchange failed: token endpoint returned status 400: eyJsecret', 'login-refused'],
  ['device code login is not enabled for this Codex server. Use the browser login', 'login-refused'],
  ['Login is restricted to workspace id(s) 1, 2.', 'login-refused'],
  ['device code request failed with status 503 Service Unavailable', 'login-unreachable'],
  ['workspace routing discovery failed', 'login-refused'],
  ['', 'login-refused'],
])('what Codex says, %s, is %s', (said, code) => {
  const error = loginFailure(said)
  expect(error).toMatchObject({ code, remedy: expect.stringMatching(/\.$/) })
  expect(`${error.message} ${error.remedy ?? ''}`).not.toContain('eyJ')
})
