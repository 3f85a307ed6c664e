import type { SeedSummary } from '@x/agents/seeds'
import type { LoginAttempt } from '@x/codex'
import { expect, test } from 'vitest'
import { KeptLogin } from '../../src/logins/kept-login.ts'

/** An attempt that ends when the test says so. */
function attempt(verification?: { readonly url: string; readonly code: string }) {
  const settled = resolvers<SeedSummary>()
  const ended: string[] = []
  const it: LoginAttempt = {
    ...(verification && { verification }),
    completed: settled.promise,
    cancel: async () => undefined,
    async [Symbol.asyncDispose]() {
      ended.push('disposed')
    },
  }
  return { it, settled, ended }
}

async function reached(login: KeptLogin, state: string): Promise<void> {
  await expect.poll(() => login.listed.status.state, { interval: 1 }).toBe(state)
}

test('a device code is shown until somebody has logged in', async () => {
  const { it, settled, ended } = attempt({ url: 'https://issuer.example/d', code: 'AB-1' })
  let told = 0
  const login = new KeptLogin({
    request: { method: 'device-code', seedId: 'seed-1' },
    start: async ({ onProgress }) => {
      onProgress({ doing: 'Fetching', progress: 0.5 })
      return it
    },
    changed: () => (told += 1),
  })
  expect(login.listed).toMatchObject({
    method: 'device-code',
    seedId: 'seed-1',
    status: { state: 'starting', doing: 'Fetching', progress: 0.5 },
  })
  await reached(login, 'waiting')
  expect(login.listed.status).toEqual({ state: 'waiting', url: 'https://issuer.example/d', code: 'AB-1' })
  expect(login.isOver).toBe(false)
  settled.resolve({ seedId: 'seed-1' } as SeedSummary)
  await reached(login, 'done')
  await login.end()
  expect([login.isOver, ended, told]).toEqual([true, ['disposed'], 3])
})

test('what goes wrong is said in two sentences, and a key stands nowhere', async () => {
  const login = new KeptLogin({
    request: { method: 'api-key', key: 'sk-canary' },
    start: async () => {
      throw Object.assign(new Error('the machine does not answer'), { code: 'unreachable' })
    },
    changed: () => undefined,
  })
  await reached(login, 'failed')
  expect(login.listed.status).toEqual({
    state: 'failed',
    fault: { message: 'the machine does not answer' },
  })
  expect(JSON.stringify(login)).not.toContain('canary')
})

test('one that is cancelled ends, and tells nobody', async () => {
  const { it, settled, ended } = attempt({ url: 'https://issuer.example/d', code: 'AB-1' })
  let told = 0
  const login = new KeptLogin({
    request: { method: 'device-code' },
    start: async ({ signal }) => {
      signal.addEventListener('abort', () => settled.reject(signal.reason as Error))
      return it
    },
    changed: () => (told += 1),
  })
  await reached(login, 'waiting')
  const before = told
  await login.end()
  expect([ended, told]).toEqual([['disposed'], before])
})

function resolvers<T>() {
  let resolve: (value: T) => void = () => undefined
  let reject: (reason: Error) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}
