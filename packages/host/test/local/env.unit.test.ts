import { afterEach, expect, test, vi } from 'vitest'
import { programEnvironment } from '../../src/local/env.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

test('base, then what is removed, then env, then secrets', () => {
  vi.stubEnv('OURS_A_KEY', 'inherited')
  vi.stubEnv('OURS_B_KEY', 'inherited')
  vi.stubEnv('OURS_OTHER', 'inherited')
  const made = programEnvironment({
    envRemove: ['OURS_*_KEY', 'ours_other'],
    env: { OURS_B_KEY: 'given', OURS_OTHER: undefined, OURS_NEW: '' },
    secretEnv: { OURS_SECRET: 's' },
  })
  const ours = Object.fromEntries(Object.entries(made).filter(([name]) => name.startsWith('OURS_')))
  expect(ours).toEqual({ OURS_B_KEY: 'given', OURS_NEW: '', OURS_SECRET: 's' })
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
