import { describe, expect, test } from 'vitest'
import type { CookieJar, KeptLogin } from '../../../src/http/auth/cookie-jar.ts'
import { LoginCookies } from '../../../src/http/auth/login-cookies.ts'

const DAY_MS = 24 * 3600 * 1000

async function load(kept: readonly KeptLogin[] = [], write?: CookieJar['write']) {
  let logins = kept
  const clock = { at: 1_000_000 }
  const errors: unknown[] = []
  const jar: CookieJar = {
    read: async () => logins,
    write: write ?? (async (next) => void (logins = next)),
  }
  const onError = (error: unknown): void => void errors.push(error)
  const cookies = await LoginCookies.load('x_0123abcd', jar, { onError, now: () => clock.at })
  const accepts = (header: string | undefined): boolean => cookies.find(header) !== undefined
  return { cookies, accepts, errors, clock, logins: () => logins }
}

const pair = (setCookie: string) => setCookie.split(';')[0] ?? ''

describe('login cookies', () => {
  test('what is kept is the hash, and it lets in after a restart', async () => {
    const before = await load()
    const cookie = pair(await before.cookies.grant())
    expect(before.logins()).toEqual([
      { hash: expect.stringMatching(/^[0-9a-f]{64}$/), expiresAt: 1_000_000 + 30 * DAY_MS },
    ])
    const after = await load(before.logins())
    expect(after.accepts(cookie)).toBe(true)
    expect(after.accepts(`x_0123abcd=${before.logins()[0]?.hash ?? ''}`)).toBe(false)
  })

  test('is found among the cookies of other ports, whatever they are called', async () => {
    const { cookies, accepts } = await load()
    const cookie = pair(await cookies.grant())
    expect(accepts(`a=b; x_0123abcd=planted; ${cookie}; c`)).toBe(true)
    expect(accepts(cookie.replace('x_0123abcd', 'x_ffffffff'))).toBe(false)
    expect(accepts(undefined)).toBe(false)
    expect(accepts('x_0123abcd=')).toBe(false)
  })

  test('is for this site and no script', async () => {
    const { cookies } = await load()
    expect(await cookies.grant()).toMatch(/; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/)
  })

  test('the oldest of 64 logins makes room', async () => {
    const { cookies, accepts, logins } = await load()
    const first = pair(await cookies.grant())
    for (let login = 0; login < 64; login += 1) await cookies.grant()
    expect(logins()).toHaveLength(64)
    expect(accepts(first)).toBe(false)
  })

  test('a jar that cannot be written costs no login', async () => {
    const full = new Error('no space')
    const { cookies, accepts, errors } = await load([], () => Promise.reject(full))
    expect(accepts(pair(await cookies.grant()))).toBe(true)
    expect(errors).toEqual([full])
  })

  test('a login ends after 30 days, whatever the browser keeps', async () => {
    const { cookies, accepts, clock, logins } = await load()
    const cookie = pair(await cookies.grant())
    clock.at += 30 * DAY_MS - 1
    expect(accepts(cookie)).toBe(true)
    clock.at += 1
    expect(accepts(cookie)).toBe(false)
    await cookies.grant()
    expect(logins()).toHaveLength(1)
  })

  test('a login that is revoked is over, here and after a restart; others go on', async () => {
    const { cookies, accepts, logins } = await load()
    const mine = pair(await cookies.grant())
    const other = pair(await cookies.grant())
    const hash = cookies.find(mine)
    const { ended, setCookie, kept } = cookies.revoke(`x_0123abcd=planted; ${mine}`)
    expect([ended, accepts(mine), accepts(other)]).toEqual([[hash], false, true])
    expect(setCookie).toBe('x_0123abcd=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict')
    await kept
    const after = await load(logins())
    expect([after.accepts(mine), after.accepts(other)]).toEqual([false, true])
  })

  test('that a revoked login would come back with a restart is told', async () => {
    const full = new Error('no space')
    const { cookies, accepts } = await load([], () => Promise.reject(full))
    const cookie = pair(await cookies.grant())
    await expect(cookies.revoke(cookie).kept).rejects.toBe(full)
    expect(accepts(cookie)).toBe(false)
  })
})
