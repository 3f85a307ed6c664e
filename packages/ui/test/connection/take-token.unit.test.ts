import { describe, expect, test } from 'vitest'
import { takeToken } from '../../src/connection/take-token.ts'

/** What an address with this fragment gives, and the address that stands there afterwards. */
function take(hash: string) {
  let address = `/page?a=b${hash}`
  const token = takeToken(
    { hash, pathname: '/page', search: '?a=b' },
    { state: null, replaceState: (_state: unknown, _unused: string, url) => void (address = String(url)) },
  )
  return { token, address }
}

describe('a fresh link', () => {
  test('gives its token, which leaves the address', () => {
    expect(take('#token=a%2Bb')).toEqual({ token: 'a+b', address: '/page?a=b' })
  })

  test('leads to the session that it names', () => {
    expect(take('#token=abc&s=s-0123456789ab')).toEqual({
      token: 'abc',
      address: '/page?a=b#/s/s-0123456789ab',
    })
  })

  test.each(['', '../x', 'a/b', '%2e%2e', '.', '-a', 'a b', 'a"b', 'javascript:x', 'é', 'a'.repeat(65)])(
    'to no session that can’t be one: %j',
    (id) => {
      expect(take(`#token=abc&s=${id}`)).toEqual({ token: 'abc', address: '/page?a=b' })
      expect(take(`#token=abc&s=${encodeURIComponent(id)}`).address).toBe('/page?a=b')
    },
  )
})

test.each(['', '#', '#/', '#/s/token=a', '#/s/abc', '#s=abc', '#s=abc&token=abc', '#token='])(
  '%j holds none, and stays',
  (hash) => {
    expect(take(hash)).toEqual({ token: undefined, address: `/page?a=b${hash}` })
  },
)
