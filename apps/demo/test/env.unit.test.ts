import { describe, expect, test } from 'vitest'
import { CommandFault } from '../src/command-fault.ts'
import { readEnvironment } from '../src/env.ts'

describe('the environment', () => {
  test('says nothing by itself', () => {
    expect(readEnvironment({ X_STATE_DIR: '', X_MODEL_KEY: '' }, 'linux')).toEqual({
      stateDir: undefined,
      cacheDir: undefined,
      login: undefined,
      codexVersion: undefined,
      worker: undefined,
      cwd: process.cwd(),
      hasDesktop: false,
      debug: false,
    })
  })

  test.each([
    [{ X_MODEL_KEY: 'k' }, { apiKey: 'k' }],
    [{ X_MODEL_BASE_URL: 'http://m/v1' }, { endpoint: { baseUrl: 'http://m/v1' } }],
    [
      { X_MODEL_BASE_URL: 'http://m/v1', X_MODEL_KEY: 'k', X_MODEL: 'big' },
      { endpoint: { baseUrl: 'http://m/v1', key: 'k', model: 'big' } },
    ],
    [
      { X_MODEL_KEY: 'k', X_MODEL: 'big' },
      { endpoint: { baseUrl: 'https://api.openai.com/v1', key: 'k', model: 'big' } },
    ],
    [{ X_MODEL: 'big' }, undefined],
  ])('%j names the login', (variables, login) => {
    expect(readEnvironment(variables, 'linux').login).toEqual(login)
  })

  test('a desktop is where a browser can open', () => {
    expect(readEnvironment({ DISPLAY: ':0' }, 'linux').hasDesktop).toBe(true)
    expect(readEnvironment({ WAYLAND_DISPLAY: 'w' }, 'linux').hasDesktop).toBe(true)
    expect(readEnvironment({}, 'darwin').hasDesktop).toBe(true)
  })

  test('npm has moved, the person has not', () => {
    expect(readEnvironment({ INIT_CWD: '/where/they/stood' }, 'linux').cwd).toBe('/where/they/stood')
  })

  test.each([
    [{ X_STATE_DIR: 'relative' }, 'X_STATE_DIR'],
    [{ X_CACHE_DIR: '~/x' }, 'X_CACHE_DIR'],
    [{ X_MODEL_BASE_URL: 'file:///etc' }, 'X_MODEL_BASE_URL'],
    [{ X_CODEX_VERSION: '1.0.0' }, 'X_CODEX_VERSION'],
    [{ X_KEYS_DIR: 'keys' }, 'X_KEYS_DIR'],
    [{ X_TOKEN_URL: 'nonsense' }, 'X_TOKEN_URL'],
    [{ X_LOGIN_ISSUER: 'ftp://issuer' }, 'X_LOGIN_ISSUER'],
    [{ X_BROKER_FRESH_MS: 'soon' }, 'X_BROKER_FRESH_MS'],
  ])('%j is refused by name', (variables, name) => {
    expect(() => readEnvironment(variables, 'linux')).toThrow(CommandFault)
    expect(() => readEnvironment(variables, 'linux')).toThrow(name)
  })
})
