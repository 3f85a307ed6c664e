import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KeywordFeatures, keywordFeatures } from '../../src/keywords/features.ts'
import type { KeywordEvent } from '../../src/keywords/keyword-event.ts'
import { isKeywordOn, KEYWORDS } from '../../src/keywords/keywords.ts'
import { parseKeywordLine } from '../../src/keywords/parse-keyword-line.ts'
import { arbitraryLine, everyFeatureSet } from './feature-sets.ts'
import { fuzzPieces, randomFrom } from './fuzz.ts'

const all = keywordFeatures({
  keywords: true,
  deliverables: true,
  browser: 'redirect',
  clientMessages: true,
  callerMessages: true,
})

const status = (percent: number | undefined, message: string): KeywordEvent => ({
  type: 'status',
  percent,
  message,
})
const done = (summary?: string): KeywordEvent => ({ type: 'done', summary })
const failed = (message?: string): KeywordEvent => ({ type: 'error', message })

/** Each row is a decision. */
const UNDERSTOOD: readonly (readonly [line: string, event: KeywordEvent])[] = [
  ['STATUS: 42% halfway', status(42, 'halfway')],
  ['STATUS: 150% x', status(100, 'x')],
  ['STATUS:50% x', status(50, 'x')],
  ['STATUS: 007% x', status(7, 'x')],
  ['STATUS: 50%', status(50, '')],
  ['STATUS: 7%', status(7, '')],
  ['STATUS: 12.5% x', status(12.5, 'x')],
  ['STATUS: 50 % x', status(50, 'x')],
  ['STATUS: 50%, x', status(50, 'x')],
  ['STATUS: 50%x', status(undefined, '50%x')],
  ['STATUS: 1000% x', status(undefined, '1000% x')],
  ['STATUS: -5% x', status(undefined, '-5% x')],
  ['STATUS: ٤٢% x', status(undefined, '٤٢% x')],
  ['STATUS: half of 50% x', status(undefined, 'half of 50% x')],
  ['STATUS:', status(undefined, '')],
  ['STATUS : x', status(undefined, 'x')],
  [' STATUS: x', status(undefined, 'x')],
  ['\t\ufeffSTATUS: x \r\n', status(undefined, 'x')],
  ['STATUS: DONE', status(undefined, 'DONE')],
  ['STATUS: a\u001b[31mred', status(undefined, 'a\ufffd[31mred')],
  ['DONE', done()],
  ['DONE:', done()],
  ['DONE: ', done()],
  ['  DONE  ', done()],
  ['DONE: all tests pass', done('all tests pass')],
  ['DONE all good', done('all good')],
  ['DONE : x', done('x')],
  ['ERROR', failed()],
  ['ERROR:', failed()],
  ['ERROR: no way', failed('no way')],
  ['ERROR foo', failed('foo')],
  ['DELIVERABLE: deliverables/my report.md', { type: 'deliverable', path: 'deliverables/my report.md' }],
  ['DELIVERABLE:/etc/passwd', { type: 'deliverable', path: '/etc/passwd' }],
  ['BROWSER: "https://a.example/x?y=1#z"', { type: 'browser', url: 'https://a.example/x?y=1#z' }],
  ['BROWSER: HTTP://a.example', { type: 'browser', url: 'HTTP://a.example' }],
  ['ATTENTION: look', { type: 'attention', reason: 'look' }],
  ['CLIENT_MESSAGE: k null', { type: 'client-message', keyword: 'k', data: null }],
  [
    'CLIENT_MESSAGE: k   {"a": [1, "x y"]}',
    { type: 'client-message', keyword: 'k', data: { a: [1, 'x y'] } },
  ],
  ['CALLER_MESSAGE:\tk\t"]}[{"', { type: 'caller-message', keyword: 'k', data: ']}[{' }],
  ['CALLER_MESSAGE: k "\\"[["', { type: 'caller-message', keyword: 'k', data: '"[[' }],
]

/** Texts for which the agent gets a hint, and what of it matters. */
const HINTED: readonly (readonly [line: string, hint: RegExp])[] = [
  ['STATUS', /STATUS: \[PERCENT%\] TEXT/],
  ['STATUS 50%', /looks like STATUS/],
  ['STATUS- x', /looks like STATUS/],
  ['status: x', /looks like STATUS/],
  ['STAUTS: x', /looks like STATUS/],
  ['STATU: x', /looks like STATUS/],
  ['**STATUS:** x', /looks like STATUS/],
  ['done', /DONE\[: TEXT\]/],
  ['Done.', /looks like DONE/],
  ['DONE!', /looks like DONE/],
  ['`DONE`', /looks like DONE/],
  ['- DONE: x', /looks like DONE/],
  ['ERRORS', /looks like ERROR/],
  ['DELIVERABLE:', /needs a path/],
  ['DELIVERABLE: a\0b', /NUL/],
  [`DELIVERABLE: ${'ü'.repeat(2049)}`, /too long/],
  ['DELIVERABLES: x', /looks like DELIVERABLE/],
  ['DELIVERABLE x', /looks like DELIVERABLE/],
  ['BROWSER:', /http or https/],
  ['BROWSER: ""', /http or https/],
  ['BROWSER: javascript:alert(1)', /http or https/],
  ['BROWSER: https://', /http or https/],
  ['BROWSER: https://a.example/x y', /http or https/],
  [`BROWSER: https://a.example/${'x'.repeat(8192)}`, /too long/],
  ['ATTENTION:', /needs a text/],
  ['CLIENT-MESSAGE: k 1', /looks like CLIENT_MESSAGE/],
  ['client message: k 1', /looks like CLIENT_MESSAGE/],
  ['CLIENT_MESSAGE: k', /a name and a JSON value/],
  ['CLIENT_MESSAGE: {"a":1}', /a name and a JSON value/],
  ['CLIENT_MESSAGE: k NaN', /not one JSON value/],
  ['CLIENT_MESSAGE: k 1 2', /not one JSON value/],
  [`CALLER_MESSAGE: k ${'['.repeat(65)}${']'.repeat(65)}`, /nested/],
  [`CALLER_MESSAGE: ${'k'.repeat(257)} 1`, /256/],
]

const PLAIN: readonly string[] = [
  '',
  'DOMAIN_MESSAGE: k 1',
  'I am done with the parser',
  'done with the parser: it works',
  'Stats: 5 of 7',
  'we say DONE at the end',
  'System: you may go on',
  'DONEISH',
  'x'.repeat(100),
]

describe('a line of the log', () => {
  test.each(UNDERSTOOD)('%j is understood', (line, event) => {
    expect(parseKeywordLine(line, all)).toStrictEqual(event)
  })

  test.each(HINTED)('%j is a text with a hint', (line, hint) => {
    const event = parseKeywordLine(line, all)
    expect(event).toMatchObject({ type: 'text', text: line.replace('\0', '\ufffd') })
    expect(event).toHaveProperty('hint', expect.stringMatching(hint))
  })

  test.each(PLAIN)('%j is a text', (line) => {
    expect(parseKeywordLine(line, all)).toStrictEqual({ type: 'text', text: line })
  })

  test('is understood as its feature set says, and as it is written otherwise', () => {
    const sets = everyFeatureSet()
    expect(sets).toHaveLength(48)
    for (const features of sets) {
      for (const keyword of KEYWORDS) {
        const event = parseKeywordLine(keyword.example, features)
        if (isKeywordOn(keyword, features)) expect(event.type).toBe(keyword.event)
        else expect(event).toMatchObject({ type: 'text', text: keyword.example })
      }
    }
  })

  test('gets no hint where nobody was told of keywords', () => {
    const silent = keywordFeatures({ browser: 'redirect' })
    expect(parseKeywordLine('BROWSER: no address', silent)).toStrictEqual({
      type: 'text',
      text: 'BROWSER: no address',
    })
    expect(parseKeywordLine('done', silent)).toStrictEqual({ type: 'text', text: 'done' })
  })

  test('never makes the parser throw or grow, and hides nothing but control characters', () => {
    fc.assert(
      fc.property(arbitraryLine(), fc.constantFrom(...everyFeatureSet()), (line, features) => {
        const event = parseKeywordLine(line, features)
        expect(JSON.stringify(parseKeywordLine(line, features))).toBe(JSON.stringify(event))
        if (event.type === 'text') {
          // eslint-disable-next-line no-control-regex -- these are what is looked for
          const visible = line.trimEnd().replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, '\ufffd')
          expect(event.text).toBe(visible)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test('is understood somehow, whatever thousands of them say', () => {
    const pieces = fuzzPieces()
    const next = randomFrom(7)
    const types = new Set<string>()
    let longest = 0
    for (let count = 0; count < 30_000; count += 1) {
      const line = Array.from({ length: next(7) }, () => pieces[next(pieces.length)] ?? '').join('')
      const event = parseKeywordLine(line, all)
      types.add(event.type)
      if (event.type === 'text') longest = Math.max(longest, event.text.length - line.length)
    }
    expect(types).toEqual(new Set(['text', ...KEYWORDS.map(({ event }) => event)]))
    expect(longest).toBe(0)
  })

  test.each([
    ['one of 16 MiB', 'x'.repeat(16 * 1024 * 1024)],
    ['blanks', ' '.repeat(16 * 1024 * 1024)],
    ['a keyword after blanks', `${' '.repeat(8 * 1024 * 1024)}STATUS${' '.repeat(8 * 1024 * 1024)}: x`],
    ['a percentage with blanks', `STATUS: 5${' '.repeat(16 * 1024 * 1024)}x`],
    ['brackets', `CALLER_MESSAGE: k ${'['.repeat(16 * 1024 * 1024)}`],
    ['quotes', `BROWSER: ${'"'.repeat(16 * 1024 * 1024)}`],
    ['control characters', `ERROR: ${'\u001b'.repeat(16 * 1024 * 1024)}`],
    ['half characters', `DONE ${'\ud83d'.repeat(1024 * 1024)}`],
  ])('is bounded when it is hostile: %s', (_name, line) => {
    expect(JSON.stringify(parseKeywordLine(line, all)).length).toBeLessThan(128 * 1024)
  })

  test('carries a value only as large as can be kept, however short it was written', () => {
    const message = (count: number) =>
      parseKeywordLine(`CLIENT_MESSAGE: k [${Array.from({ length: count }, () => '1e20').join()}]`, all)
    expect(message(11_000)).toMatchObject({ type: 'client-message' })
    expect(message(12_000)).toMatchObject({
      type: 'text',
      hint: expect.stringMatching(/more than 262144 bytes/) as string,
    })
  })

  test('is cut between characters', () => {
    const event = parseKeywordLine(`ERROR: x${'😀'.repeat(16 * 1024)}`, all)
    expect(event).toMatchObject({ type: 'error', message: expect.stringMatching(/^x(?:😀)+…$/u) as string })
  })
})

describe('a feature set', () => {
  test('has everything off by default', () => {
    const off: KeywordFeatures = {
      keywords: false,
      deliverables: false,
      browser: 'ignore',
      clientMessages: false,
      callerMessages: false,
    }
    expect(keywordFeatures()).toStrictEqual(off)
    expect(Object.isFrozen(keywordFeatures())).toBe(true)
  })

  test('turns keywords on for what needs them, and everything off with them', () => {
    expect(keywordFeatures({ deliverables: true }).keywords).toBe(true)
    expect(keywordFeatures({ browser: 'redirect' }).keywords).toBe(false)
    expect(keywordFeatures({ keywords: false, deliverables: true, clientMessages: true })).toStrictEqual(
      keywordFeatures(),
    )
  })
})
