import { openLoginIssuer, type IssuedTokens, type LoginIssuerFixture } from '@x/fixtures'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCodexSeedManifest } from '../../src/login/verify-login.ts'

const signal = new AbortController().signal
let issuer: LoginIssuerFixture

beforeAll(async () => {
  issuer = await openLoginIssuer({ apiKeys: ['sk-good'] })
})
afterAll(async () => {
  await issuer[Symbol.asyncDispose]()
})

const filesOf = (auth: object) => new Map([['.codex/auth.json', Buffer.from(JSON.stringify(auth))]])
const chatGpt = ({ accessToken, idToken, refreshToken }: IssuedTokens) =>
  filesOf({
    auth_mode: 'chatgpt',
    tokens: {
      id_token: idToken,
      access_token: accessToken,
      refresh_token: refreshToken,
      account_id: 'account-1',
    },
  })
const apiKey = (key: string) => filesOf({ auth_mode: 'apikey', OPENAI_API_KEY: key })

function verify(files: ReadonlyMap<string, Uint8Array>, places: Partial<LoginIssuerFixture> = issuer) {
  const { chatgptUrl = issuer.chatgptUrl, apiUrl = issuer.apiUrl } = places
  return createCodexSeedManifest({ chatgptUrl, apiUrl }).verify?.(files, { signal })
}

test('a ChatGPT login is alive while its access token is good, and nothing of it is used up', async () => {
  const login = issuer.login()
  expect(await verify(chatGpt(login))).toEqual({ type: 'alive' })
  issuer.withdrawTokens()
  expect(await verify(chatGpt(login))).toEqual({
    type: 'inconclusive',
    reason: 'its access token is refused; the broker will know at the next refresh',
  })
  await using old = await openLoginIssuer({ accessMs: -1_000 })
  expect(await verify(chatGpt(old.login()), old)).toMatchObject({
    type: 'inconclusive',
    reason: expect.stringContaining('expired'),
  })
  expect(old.ledger).toEqual([])
  expect(issuer.newestOf(login.family)).toBe(login.refreshToken)
  expect(issuer.ledger.map(({ path }) => path)).not.toContain('/oauth/token')
})

test('an API key is alive, dead by what the API says, or nobody knows', async () => {
  expect(await verify(apiKey('sk-good'))).toEqual({ type: 'alive' })
  expect(await verify(apiKey('sk-bad'))).toEqual({ type: 'dead', proof: 'invalid_api_key' })
  expect(await verify(apiKey('sk-good'), { apiUrl: `${issuer.url}/elsewhere` })).toEqual({
    type: 'inconclusive',
    reason: 'the API answered with status 404',
  })
})

test('who can not be reached says nothing about a login', async () => {
  await using gone = await openLoginIssuer()
  const login = gone.login()
  gone.cut()
  expect(await verify(chatGpt(login), gone)).toMatchObject({ type: 'inconclusive' })
  expect(await verify(apiKey('sk-good'), gone)).toMatchObject({ type: 'inconclusive' })
})

test('a caller who gives up hears its own reason', async () => {
  await using slow = await openLoginIssuer()
  slow.slow(600_000)
  const { chatgptUrl, apiUrl } = slow
  const controller = new AbortController()
  const verdict = createCodexSeedManifest({ chatgptUrl, apiUrl }).verify?.(chatGpt(slow.login()), {
    signal: controller.signal,
  })
  const reason = new Error('enough')
  controller.abort(reason)
  await expect(verdict).rejects.toBe(reason)
})

test.each(['http://chatgpt.com', 'ftp://127.0.0.1', 'nowhere'])('secrets are not sent to %s', (address) => {
  expect(() => createCodexSeedManifest({ chatgptUrl: address, apiUrl: issuer.apiUrl })).toThrow(
    expect.objectContaining({ name: 'ConfigError', field: 'chatgptUrl' }),
  )
})
