import { describe, expect, test } from 'vitest'
import { rangeHeaders, renderCurlConfig } from '../../src/download/curl-config.ts'
import { parseSource } from '../../src/download/download-source.ts'
import { isValidator, judgeResponse, type Ask } from '../../src/download/judge-response.ts'
import { HeadReader, headsAmong } from '../../src/download/response-head.ts'
import { parseFetcher } from '../../src/download/worker-fetcher.ts'

const ASK: Ask = {
  source: parseSource('https://x.example/f?secret'),
  start: 0,
  validator: '',
  hasDigest: false,
  maxBytes: undefined,
  idleTimeoutMs: 60_000,
}
const judge = (status: number, headers: Readonly<Record<string, string>> = {}, ask: Partial<Ask> = {}) =>
  judgeResponse({ status, headers }, { ...ASK, ...ask })

describe('a response', () => {
  test('with all is taken from the beginning, also when a part was asked for', () => {
    const headers = { 'content-length': '9', etag: '"e"' }
    const taken = { kind: 'take', start: 0, totalBytes: 9, validator: '"e"' }
    expect(judge(200, headers)).toEqual(taken)
    expect(judge(200, headers, { start: 5 })).toEqual(taken)
    expect(judge(200)).toEqual({ kind: 'take', start: 0, totalBytes: undefined, validator: undefined })
    expect(judge(200, {}, { hasDigest: true })).toMatchObject({ validator: '' })
  })

  test('with a part is taken when it is the right one', () => {
    const part = (range: string) => judge(206, { 'content-range': range }, { start: 5 })
    expect(part('bytes 5-8/9')).toMatchObject({ kind: 'take', start: 5, totalBytes: 9 })
    expect(part('bytes 5-8/*')).toMatchObject({ start: 5, totalBytes: undefined })
    for (const wrong of ['bytes 4-8/9', 'bytes */9', '', 'bytes 5-8']) {
      expect(() => part(wrong)).toThrow('another part')
    }
    expect(() => judge(206, { 'content-range': 'bytes 0-8/9' })).toThrow('another part')
  })

  test('behind the end tells whether all is there', () => {
    const behind = (range: string) => judge(416, { 'content-range': range }, { start: 9 }).kind
    expect(behind('bytes */9')).toBe('whole')
    expect(behind('bytes */7')).toBe('again')
    expect(behind('')).toBe('again')
    expect(() => judge(416)).toThrow('answered 416')
  })

  test('may lead elsewhere, come before another one, or be none', () => {
    expect(judge(302, { location: '/y' })).toEqual({ kind: 'redirect', status: 302, location: '/y' })
    expect(judge(103).kind).toBe('more')
    for (const status of [204, 300, 302, 304, 404, 503]) {
      expect(() => judge(status)).toThrow(
        expect.objectContaining({ code: 'http-status', status, url: 'https://x.example/f' }) as Error,
      )
    }
  })

  test('that is too large is not begun', () => {
    expect(() => judge(200, { 'content-length': '9' }, { maxBytes: 8 })).toThrow('more than 8 bytes')
    expect(judge(200, { 'content-length': '8' }, { maxBytes: 8 }).kind).toBe('take')
  })

  test.each([
    [{ etag: 'W/"e"' }, undefined],
    [{ etag: '"a\nb"' }, undefined],
    [{ 'last-modified': 'Sat, 21 Nov 2026 18:00:00 GMT' }, undefined],
    [{ 'last-modified': 'Sat, 21 Nov 2026 18:00:00 GMT', date: 'Sat, 21 Nov 2026 18:00:00 GMT' }, undefined],
    [
      { 'last-modified': 'Sat, 21 Nov 2026 18:00:00 GMT', date: 'Sat, 21 Nov 2026 18:00:01 GMT' },
      'Sat, 21 Nov 2026 18:00:00 GMT',
    ],
  ])('%j is gone on with by %j', (headers, validator) => {
    expect(judge(200, headers as Record<string, string>)).toMatchObject({ validator })
  })

  test('a validator is one line of what stands in headers', () => {
    expect(['"x"', '""', 'Sat, 21 Nov 2026 18:00:00 GMT'].map(isValidator)).toEqual([true, true, true])
    expect(['', 'x', '"x', '"x"\nurl = "y"', `"${'x'.repeat(2_000)}"`].some(isValidator)).toBe(false)
  })
})

describe("a response's head", () => {
  test('is read line by line', () => {
    const reader = new HeadReader()
    expect(reader.push('HTTP/1.1 103 Early Hints\r')).toBeUndefined()
    expect(reader.push('\r')).toEqual({ status: 103, headers: {} })
    for (const line of ['HTTP/2 200', 'Content-Length: 5', 'x', 'ETag:"a:b"']) reader.push(line)
    expect(reader.push('')).toEqual({ status: 200, headers: { 'content-length': '5', etag: '"a:b"' } })
    expect(() => reader.push('')).toThrow('no HTTP')
    expect(() => {
      for (;;) reader.push('x'.repeat(60_000))
    }).toThrow('no end')
  })

  test('is found among what wget says', () => {
    const said = [
      '  HTTP/1.1 302 Found',
      '  Location: /x',
      '/x',
      '  HTTP/1.0 200 OK',
      '  Content-Length: 5',
      'done',
    ]
    expect(headsAmong(said)).toEqual([
      { status: 302, headers: { location: '/x' } },
      { status: 200, headers: { 'content-length': '5' } },
    ])
  })
})

describe('what fetches', () => {
  test('curl reads everything from its input, quoted', () => {
    const source = parseSource('https://x/{a}"b', { a: 'b "c" \\d\t', e: '' })
    expect(renderCurlConfig({ ...ASK, source, start: 7, validator: '"v"', idleTimeoutMs: 1_500 })).toEqual([
      'url = "https://x/%7Ba%7D%22b"',
      'header = "range: bytes=7-"',
      'header = "if-range: \\"v\\""',
      'header = "a: b \\"c\\" \\\\d"',
      'header = "e;"',
      'connect-timeout = 2',
      'speed-limit = 1',
      'speed-time = 2',
    ])
    expect(rangeHeaders(7, '')).toEqual({ range: 'bytes=7-' })
    expect(rangeHeaders(0, '"v"')).toEqual({})
  })

  test.each([
    ['curl 8.5.0 (x)\nRelease-Date: x\nProtocols: file ftp http https\n', 'curl'],
    ['curl 7.63.0 (x)\nProtocols: http https imap\n', 'curl'],
    ['curl 7.61.1 (x)\nProtocols: http https\nGNU Wget 1.19.5 built on linux-gnu.\n', 'wget'],
    ['curl 8.5.0 (x)\nProtocols: file http\n', undefined],
    ['GNU Wget 1.14 built\n', undefined],
    ['BusyBox wget\n', 'busybox'],
    ['', undefined],
  ])('%j', (text, fetcher) => {
    expect(parseFetcher(text)).toBe(fetcher)
  })
})
