import { describe, expect, test } from 'vitest'
import { createChatGptProvider } from '../../src/login/chatgpt-provider.ts'
import { parseAuthFile } from '../../src/login/parse-auth-file.ts'
import { renderBrokeredAuth } from '../../src/login/render-brokered-auth.ts'
import { chatGptAuth, unsignedToken } from './auth-files.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')
const AUTH = '.codex/auth.json'
const provider = createChatGptProvider({ tokenUrl: 'http://127.0.0.1:9/oauth/token' })
const bytes = Buffer.from(JSON.stringify({ ...chatGptAuth(), unknown: { kept: true } }))
const files = new Map<string, Uint8Array>([
  [AUTH, bytes],
  ['.codex/config.toml', Buffer.from('model = "m"')],
])

describe('the ChatGPT provider', () => {
  test('reads what can be renewed, and when it ends', () => {
    expect(provider.parseLogin(files)).toMatchObject({
      refreshToken: 'rt-one',
      accessToken: expect.any(String),
      idToken: expect.any(String),
      expiresAt: 1_794_390_400_000,
    })
    const apiKey = new Map([[AUTH, Buffer.from('{"auth_mode":"apikey","OPENAI_API_KEY":"k"}')]])
    expect(() => provider.parseLogin(apiKey)).toThrow(TypeError)
  })

  test('asks as Codex does', () => {
    const { url, headers, body } = provider.renderRequest('rt-one')
    expect(url).toBe('http://127.0.0.1:9/oauth/token')
    expect(headers['content-type']).toBe('application/json')
    expect(JSON.parse(body)).toEqual({
      client_id: expect.stringMatching(/^app_/),
      grant_type: 'refresh_token',
      refresh_token: 'rt-one',
    })
  })

  test('puts new tokens in, and leaves the rest as it was', () => {
    const tokens = { accessToken: unsignedToken({ exp: 1 }), refreshToken: 'rt-two' }
    const after = provider.renderLogin(files, tokens, NOW)
    expect(after.get('.codex/config.toml')).toBe(files.get('.codex/config.toml'))
    const auth = JSON.parse(Buffer.from(after.get(AUTH) ?? []).toString()) as Record<string, unknown>
    expect(auth).toMatchObject({ unknown: { kept: true }, last_refresh: '2026-11-21T12:00:00.000Z' })
    expect(provider.parseLogin(after)).toMatchObject({ ...tokens, expiresAt: 1_000 })
    expect(provider.parseLogin(after).idToken).toBe(provider.parseLogin(files).idToken)
  })

  test.each([
    [200, { access_token: 'a', refresh_token: 'r', id_token: 'i' }, 'granted'],
    [200, { access_token: 'a' }, 'granted'],
    [200, { refresh_token: 'r' }, 'unreadable'],
    [200, '<html>', 'unreadable'],
    [400, { error: 'invalid_grant' }, 'refused'],
    [401, { error: { code: 'refresh_token_reused' } }, 'refused'],
    [401, { error: { code: 'REFRESH_TOKEN_EXPIRED' } }, 'refused'],
    [401, { error: 'refresh_token_invalidated' }, 'refused'],
    [401, { code: 'refresh_token_expired' }, 'refused'],
    [401, {}, 'inconclusive'],
    [401, { error: 'invalid_client' }, 'inconclusive'],
    [403, { error: 'invalid_grant' }, 'inconclusive'],
    [429, { error: { code: 'refresh_token_reused' } }, 'inconclusive'],
    [500, { error: 'invalid_grant' }, 'undecided'],
    [502, '<html>', 'undecided'],
    [503, '<html>', 'inconclusive'],
    [504, '', 'undecided'],
    [302, '', 'inconclusive'],
  ])('takes %i %j for %s', (status, body, type) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    expect(provider.parseAnswer({ status, body: text }).type).toBe(type)
  })

  test.each(['', 'auth.example.com', 'http://auth.example.com/oauth/token', 'ftp://127.0.0.1/'])(
    'asks nobody at %j',
    (tokenUrl) => {
      expect(() => createChatGptProvider({ tokenUrl })).toThrow(/tokenUrl/)
    },
  )
})

test('a session’s file has the handle and nothing that renews the login', () => {
  const grant = { handle: 'xh_handle', accessToken: 'access', idToken: 'id' }
  const rendered = Buffer.from(renderBrokeredAuth(bytes, grant, NOW)).toString()
  expect(rendered).not.toContain('rt-one')
  expect(parseAuthFile(Buffer.from(rendered))).toMatchObject({
    kind: 'chatgpt',
    refreshToken: 'xh_handle',
    accessToken: 'access',
    accountId: 'account-1',
    lastRefresh: NOW,
  })
})
