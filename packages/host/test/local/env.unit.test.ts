import { afterEach, expect, test, vi } from 'vitest'
import { programEnvironment } from '../../src/local/env.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test('base, then what is removed, then env, then secrets', () => {
  vi.stubEnv('X_A_KEY', 'inherited')
  vi.stubEnv('X_B_KEY', 'inherited')
  vi.stubEnv('X_OTHER', 'inherited')
  const made = programEnvironment({
    envRemove: ['X_*_KEY', 'x_other'],
    env: { X_B_KEY: 'given', X_OTHER: undefined, X_NEW: '' },
    secretEnv: { X_SECRET: 's' },
  })
  const ours = Object.fromEntries(Object.entries(made).filter(([name]) => name.startsWith('X_')))
  expect(ours).toEqual({ X_B_KEY: 'given', X_NEW: '', X_SECRET: 's' })
  expect(made['PATH']).toBe(process.env['PATH'])
})

test('a clean one has what is given and nothing else, whatever its name is', () => {
  const env = Object.fromEntries([
    ['A', '1'],
    ['__proto__', '2'],
  ])
  expect(Object.entries(programEnvironment({ cleanEnv: true, env, secretEnv: { B: '3' } }))).toEqual([
    ['A', '1'],
    ['__proto__', '2'],
    ['B', '3'],
  ])
  expect(programEnvironment({ cleanEnv: true })).toEqual({})
})
