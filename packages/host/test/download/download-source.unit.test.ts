import { describe, expect, test } from 'vitest'
import {
  isLocalName,
  parseSource,
  shownUrl,
  type DownloadSource,
} from '../../src/download/download-source.ts'
import { MAX_REDIRECTS, nextHop } from '../../src/download/next-hop.ts'

describe('a URL to fetch', () => {
  test('loses its account to a header, and its fragment', () => {
    const { url, headers } = parseSource('https://me:p%40ss@x.example/a?b=c#d', { 'X-Key': ' v ' })
    expect(url.href).toBe('https://x.example/a?b=c')
    const authorization = `Basic ${Buffer.from('me:p@ss').toString('base64')}`
    expect(headers).toEqual({ 'x-key': 'v', authorization })
    expect(parseSource('http://me@x/', { Authorization: 'Bearer t' }).headers).toEqual({
      authorization: 'Bearer t',
    })
    expect(shownUrl(url)).toBe('https://x.example/a')
  })

  test.each([
    '-o/etc/passwd',
    ' https://x/',
    'https://x/\r\nheader: y',
    'https://x/a b',
    'https://x\\@y/',
    'file:///etc/passwd',
    'ftp://x/',
    'https://',
    'https://x:99999/',
    '',
  ])('%j is none', (text) => {
    expect(() => parseSource(text)).toThrow(TypeError)
  })

  test.each([
    ['x y', 'v'],
    ['x:', 'v'],
    ['', 'v'],
    ['x', 'hush\r\ny: z'],
    ['x', 'hush\0'],
    ['x', 'hüsh'],
    ['Range', 'hush'],
    ['host', 'hush'],
  ])('a header %j: %j is none, and stays secret', (name, value) => {
    expect(() => parseSource('https://x/', { [name]: value })).toThrow(TypeError)
    expect(() => parseSource('https://x/', { [name]: value })).not.toThrow(/h[uü]sh/)
  })

  test.each([
    ['http://localhost/', true],
    ['http://a.localhost:8/', true],
    ['http://127.0.0.1/', true],
    ['http://2130706433/', true],
    ['http://0x7f.1/', true],
    ['http://0.0.0.0/', true],
    ['http://169.254.169.254/', true],
    ['http://[::1]/', true],
    ['http://[::ffff:127.0.0.1]/', true],
    ['http://[fe80::1]/', true],
    ['http://10.0.0.1/', false],
    ['http://localhost.example/', false],
    ['http://[2001:db8::1]/', false],
  ])('%s is the machine itself: %s', (text, isLocal) => {
    expect(isLocalName(new URL(text))).toBe(isLocal)
  })
})

describe('a redirect', () => {
  const hop = (from: DownloadSource, location: string) => nextHop(from, { location, status: 302 })
  const source = parseSource('https://x.example/a/b?c', { 'x-key': 'secret' })

  test('takes the headers along to the same place only', () => {
    expect(hop(source, '../d').headers).toEqual({ 'x-key': 'secret' })
    expect(hop(source, '../d').url.href).toBe('https://x.example/d')
    expect(hop(source, 'https://y.example/').headers).toEqual({})
    expect(hop(source, 'https://x.example:8443/').headers).toEqual({})
    expect(hop(parseSource('http://x.example/', { a: 'b' }), 'https://x.example/').headers).toEqual({})
  })

  test.each([
    'http://x.example/',
    'file:///etc/passwd',
    'ftp://x.example/',
    'https://127.0.0.1/',
    'https://localhost/',
    'https://169.254.169.254/latest',
    'https://[',
  ])('to %s is refused', (location) => {
    expect(() => hop(source, location)).toThrow(
      expect.objectContaining({ name: 'DownloadError', code: 'fetch-failed', status: 302 }) as Error,
    )
  })

  test('on a loopback may stay there', () => {
    expect(hop(parseSource('http://127.0.0.1:1/'), 'http://localhost:2/').url.port).toBe('2')
    expect(MAX_REDIRECTS).toBeGreaterThan(4)
  })
})
