import { describe, expect, test } from 'vitest'
import { LoginCookies } from '../../../src/http/auth/login-cookies.ts'

async function load(kept: readonly string[] = [], write?: (hashes: readonly string[]) => Promise<void>) {
  let hashes = kept
  const errors: unknown[] = []
  const jar = {
    read: async () => hashes,
    write: write ?? (async (next: readonly string[]) => void (hashes = next)),
  }
  const cookies = await LoginCookies.load('x_0123abcd', jar, (error) => errors.push(error))
  return { cookies, errors, hashes: () => hashes }
}

const pair = (setCookie: string) => setCookie.split(';')[0] ?? ''

describe('login cookies', () => {
  test('what is kept is the hash, and it lets in after a restart', async () => {
    const before = await load()
    const cookie = pair(await before.cookies.grant())
    expect(before.hashes()).toHaveLength(1)
    expect(before.hashes()[0]).toMatch(/^[0-9a-f]{64}$/)
    const after = await load(before.hashes())
    expect(after.cookies.accepts(cookie)).toBe(true)
    expect(after.cookies.accepts(`x_0123abcd=${before.hashes()[0] ?? ''}`)).toBe(false)
  })

  test('is found among the cookies of other ports, whatever they are called', async () => {
    const { cookies } = await load()
    const cookie = pair(await cookies.grant())
    expect(cookies.accepts(`a=b; x_0123abcd=planted; ${cookie}; c`)).toBe(true)
    expect(cookies.accepts(cookie.replace('x_0123abcd', 'x_ffffffff'))).toBe(false)
    expect(cookies.accepts(undefined)).toBe(false)
    expect(cookies.accepts('x_0123abcd=')).toBe(false)
  })

  test('is for this site and no script', async () => {
    const { cookies } = await load()
    expect(await cookies.grant()).toMatch(/; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/)
  })

  test('the oldest of 64 logins makes room', async () => {
    const { cookies, hashes } = await load()
    const first = pair(await cookies.grant())
    for (let login = 0; login < 64; login += 1) await cookies.grant()
    expect(hashes()).toHaveLength(64)
    expect(cookies.accepts(first)).toBe(false)
  })

  test('a jar that cannot be written costs no login', async () => {
    const full = new Error('no space')
    const { cookies, errors } = await load([], () => Promise.reject(full))
    expect(cookies.accepts(pair(await cookies.grant()))).toBe(true)
    expect(errors).toEqual([full])
  })
})
