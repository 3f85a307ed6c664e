import { describe, expect, test } from 'vitest'
import { loginFacts, renderAuth, type GivenLogin } from '../../src/login/login.ts'

const refusal = (login: GivenLogin): { field: string; message: string } => {
  try {
    loginFacts(login)
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConfigError' })
    return error as { field: string; message: string }
  }
  throw new Error('expected a refusal')
}

describe('loginFacts', () => {
  test('tells what is no secret', () => {
    expect(loginFacts({ apiKey: 'sk-1' })).toEqual({ kind: 'api-key' })
    const baseUrl = 'http://127.0.0.1:4000/v1'
    expect(loginFacts({ endpoint: { baseUrl } })).toEqual({
      kind: 'endpoint',
      baseUrl,
      model: 'gpt-5.5',
      hasKey: false,
    })
    expect(loginFacts({ endpoint: { baseUrl, key: 'sk-1', model: 'm' } })).toEqual({
      kind: 'endpoint',
      baseUrl,
      model: 'm',
      hasKey: true,
    })
  })

  test.each([
    '',
    'models.example/v1',
    'ftp://models.example',
    'file:///etc/passwd',
    '/v1',
    'http://',
    'javascript:1',
  ])('refuses the address %j', (baseUrl) => {
    expect(refusal({ endpoint: { baseUrl } }).field).toBe('login.endpoint.baseUrl')
  })

  test.each([
    'https://person:canary@models.example/v1',
    'https://canary@models.example/v1',
    'https://:canary@models.example/v1',
  ])('refuses credentials in an address without telling them: %s', (baseUrl) => {
    const { field, message } = refusal({ endpoint: { baseUrl } })
    expect(field).toBe('login.endpoint.baseUrl')
    expect(message).not.toContain('canary')
  })

  test.each([
    '',
    ' ',
    'canary\n',
    'canary\r\nx: y',
    ' canary',
    'can ary',
    'canary\0',
    'canäry',
    'canary\u2028',
  ])('refuses the key %j without telling it', (key) => {
    for (const login of [{ apiKey: key }, { endpoint: { baseUrl: 'http://127.0.0.1/v1', key } }]) {
      const { field, message } = refusal(login)
      expect(field).toMatch(/[kK]ey$/)
      expect(message).not.toMatch(/canary|can ary|canäry/)
    }
  })
})

describe('renderAuth', () => {
  test('has the key in the form of Codex, or nothing', () => {
    expect(JSON.parse(renderAuth({ apiKey: 'sk-"1' }) ?? '')).toEqual({
      auth_mode: 'apikey',
      OPENAI_API_KEY: 'sk-"1',
    })
    expect(JSON.parse(renderAuth({ endpoint: { baseUrl: 'http://x', key: 'sk-2' } }) ?? '')).toMatchObject({
      OPENAI_API_KEY: 'sk-2',
    })
    expect(renderAuth({ endpoint: { baseUrl: 'http://x' } })).toBeUndefined()
  })
})
