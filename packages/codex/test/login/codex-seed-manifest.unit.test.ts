import type { SeedFiles } from '@x/agents/seeds'
import { describe, expect, test } from 'vitest'
import { codexSeedManifest as manifest } from '../../src/login/codex-seed-manifest.ts'
import { chatGptAuth, unsignedToken } from './auth-files.ts'

const AUTH = '.codex/auth.json'

function filesOf(auth: unknown, more: Readonly<Record<string, string>> = {}): SeedFiles {
  const text = typeof auth === 'string' ? auth : JSON.stringify(auth, undefined, 2)
  return new Map(Object.entries({ [AUTH]: text, ...more }).map(([name, body]) => [name, Buffer.from(body)]))
}

function fileOf(name: string) {
  const file = manifest.files.find(({ path }) => path === name)
  if (!file) throw new Error(`no ${name}`)
  return file
}

const flaw = (text: string) => fileOf(AUTH).check?.(Buffer.from(text))?.kind

describe('what counts as logged in', () => {
  test('a login with ChatGPT, and an API key', () => {
    expect(flaw(JSON.stringify(chatGptAuth()))).toBeUndefined()
    expect(flaw('{"auth_mode":"apikey","OPENAI_API_KEY":"sk-key"}\n')).toBeUndefined()
    expect(flaw('{"OPENAI_API_KEY":"sk-key"}')).toBeUndefined()
  })

  test('nothing that is being written, at any byte', () => {
    const whole = JSON.stringify(chatGptAuth())
    for (let at = 0; at < whole.length; at += 1)
      expect(flaw(whole.slice(0, at)), String(at)).toBe('half-written')
    expect(flaw('[]')).toBe('half-written')
  })

  test('nothing after a logout', () => {
    expect(flaw('{}')).toBe('logged-out')
    expect(flaw('{"auth_mode":"chatgpt","OPENAI_API_KEY":null,"tokens":null}')).toBe('logged-out')
    expect(flaw('{"OPENAI_API_KEY":""}')).toBe('logged-out')
    expect(flaw('{"tokens":{"id_token":"","access_token":"","refresh_token":""}}')).toBe('logged-out')
  })

  test('nothing that could not be renewed', () => {
    expect(flaw('{"tokens":{"id_token":"a","access_token":"b","refresh_token":""}}')).toBe('unusable')
    expect(flaw('{"tokens":[]}')).toBe('unusable')
    expect(flaw(JSON.stringify(chatGptAuth({ refreshToken: `xh_${'a'.repeat(43)}` })))).toBe('unusable')
  })
})

describe('a rotation', () => {
  const before = filesOf(chatGptAuth())
  const changed = (files: SeedFiles) => manifest.generation?.(files) !== manifest.generation?.(before)

  test('is another refresh token or another time of refresh, and no other byte', () => {
    expect(changed(filesOf(JSON.stringify(chatGptAuth())))).toBe(false)
    expect(changed(filesOf({ ...chatGptAuth(), unknown_key: 1 }))).toBe(false)
    expect(changed(filesOf(chatGptAuth({ refreshToken: 'rt-two' })))).toBe(true)
    expect(changed(filesOf(chatGptAuth({ lastRefresh: '2026-11-09T10:00:00Z' })))).toBe(true)
    expect(changed(filesOf(chatGptAuth(), { '.codex/.credentials.json': '{"a":1}' }))).toBe(true)
  })

  test('comes after what it follows, and is of the same person', () => {
    const later = filesOf(chatGptAuth({ refreshToken: 'rt-two', lastRefresh: '2026-11-09T10:00:00Z' }))
    expect(manifest.isNewer?.(later, before)).toBe(true)
    expect(manifest.isNewer?.(before, later)).toBe(false)
    expect(manifest.identity?.(later)).toBe(manifest.identity?.(before))
    expect(manifest.identity?.(filesOf(chatGptAuth({ user: 'user-2' })))).not.toBe(
      manifest.identity?.(before),
    )
    expect(manifest.identity?.(filesOf('{"OPENAI_API_KEY":"k"}'))).not.toBe(manifest.identity?.(before))
  })

  test('does not happen to an API key, which many may have', () => {
    expect(manifest.isShareable?.(filesOf('{"OPENAI_API_KEY":"k"}'))).toBe(true)
    expect(manifest.isShareable?.(before)).toBe(false)
    const withOauth = filesOf('{"OPENAI_API_KEY":"k"}', { '.codex/.credentials.json': '{}' })
    expect(manifest.isShareable?.(withOauth)).toBe(false)
  })
})

describe('the account', () => {
  test('is who, which plan, and until when, without a secret', () => {
    const account = manifest.account?.(filesOf(chatGptAuth()))
    expect(account).toEqual({
      method: 'chatgpt',
      email: 'ada@example.com',
      plan: 'pro',
      accountId: 'account-1',
      expiresAt: 1_794_390_400_000,
    })
    expect(manifest.account?.(filesOf('{"OPENAI_API_KEY":"sk-key"}'))).toEqual({ method: 'api-key' })
  })

  test('is what can be read of it', () => {
    const tokens = {
      access_token: 'no jwt',
      refresh_token: 'r',
      id_token: unsignedToken({ email: 7, exp: 'x' }),
    }
    expect(manifest.account?.(filesOf({ tokens }))).toEqual({ method: 'chatgpt' })
    const profile = unsignedToken({ 'https://api.openai.com/profile': { email: 'a@example.com' } })
    const older = { tokens: { ...tokens, id_token: profile } }
    expect(manifest.account?.(filesOf(older))).toMatchObject({ email: 'a@example.com' })
  })
})

describe('the configuration', () => {
  const config = fileOf('.codex/config.toml')
  const pick = (text: string) => Buffer.from(config.pick?.(Buffer.from(text)) ?? '').toString()

  test('carries choices, and nothing that runs or leads elsewhere', () => {
    const hostile = `model = "gpt-5.5"\nmodel_reasoning_effort = "high"\nnotify = ["sh", "-c", "id"]
sandbox_mode = "danger-full-access"\n[mcp_servers.x]\ncommand = "sh"\n`
    expect(pick(hostile)).toBe('model = "gpt-5.5"\nmodel_reasoning_effort = "high"\n')
    expect(pick('model_provider = "own"\nmodel = "tiny"\nmodel_verbosity = "low"\n')).toBe(
      'model_verbosity = "low"\n',
    )
    expect(pick('').trim()).toBe('')
    expect(() => pick('model = ')).toThrow()
  })

  test('is what the task says over what the seed says', () => {
    const { merge } = config
    if (typeof merge !== 'function') throw new Error('expected a merge function')
    const merged = merge(
      Buffer.from('model = "a"\nmodel_verbosity = "low"\n'),
      Buffer.from('model = "b"\n[x]\ny = 1\n'),
    )
    expect(Buffer.from(merged).toString()).toBe('model = "b"\nmodel_verbosity = "low"\n\n[x]\ny = 1\n')
  })
})
