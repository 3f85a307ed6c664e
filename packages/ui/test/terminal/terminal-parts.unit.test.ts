import { describe, expect, test } from 'vitest'
import { cleanPaste } from '../../src/terminal/clean-paste.ts'
import { isWebAddress } from '../../src/terminal/open-link.ts'
import { parseServerMessage } from '../../src/terminal/parse-server-message.ts'
import { splitBurst } from '../../src/terminal/split-burst.ts'
import { keyMeaning } from '../../src/terminal/terminal-keys.ts'
import { terminalWords } from '../../src/terminal/terminal-words.ts'

const MIB = 1024 * 1024

describe('what the server says', () => {
  test.each([
    { type: 'screen', columns: 80, rows: 24, bytes: 0 },
    { type: 'resized', columns: 1000, rows: 1 },
    { type: 'ended', exitCode: 0, signal: null },
    { type: 'ended', exitCode: null, signal: 'SIGHUP' },
    { type: 'failed', message: 'No.', remedy: 'Wait.' },
    { type: 'failed', message: 'No.' },
  ])('%j is understood', (message) => {
    expect(parseServerMessage(JSON.stringify(message))).toEqual(message)
  })

  test.each([
    '',
    'null',
    '"screen"',
    '{"type":"screen","columns":80,"rows":24}',
    '{"type":"screen","columns":0,"rows":24,"bytes":1}',
    '{"type":"screen","columns":80,"rows":24,"bytes":-1}',
    '{"type":"resized","columns":1001,"rows":24}',
    '{"type":"resized","columns":"80","rows":24}',
    '{"type":"ended"}',
    '{"type":"ended","exitCode":0}',
    '{"type":"failed"}',
    '{"type":"other"}',
  ])('%s is not', (text) => {
    expect(parseServerMessage(text)).toBeUndefined()
  })
})

describe('a burst', () => {
  test('that fits goes alone, a larger one is announced and nothing of it is lost', () => {
    const small = new Uint8Array(MIB)
    expect(splitBurst(small)[0]).toBe(small)
    expect(splitBurst(small).length).toBe(1)
    const large = Uint8Array.from({ length: 2 * MIB + 3 }, (_, at) => at % 251)
    const [announced, ...pieces] = splitBurst(large)
    expect(announced).toEqual({ type: 'burst', bytes: large.length })
    expect(pieces.map((piece) => (piece as Uint8Array).length)).toEqual([MIB, MIB, 3])
    expect(Buffer.concat(pieces as Uint8Array[]).equals(large)).toBe(true)
  })
})

describe('a paste', () => {
  test('can neither leave the paste mode nor type keys', () => {
    expect(cleanPaste('a\u001b[201~rm -rf .\r\u009b200~')).toBe('a\u241b[201~rm -rf .\r\u241b[200~')
    expect(cleanPaste('plain\n\ttext ü 漢')).toBe('plain\n\ttext ü 漢')
  })
})

describe('a key', () => {
  const plain = { ctrlKey: false, shiftKey: false, altKey: false, metaKey: false }
  test.each([
    [{ ...plain, key: 'c' }, true, 'type'],
    [{ ...plain, key: 'c', ctrlKey: true }, false, 'type'],
    [{ ...plain, key: 'c', ctrlKey: true }, true, 'browser'],
    [{ ...plain, key: 'C', ctrlKey: true, shiftKey: true }, false, 'copy'],
    [{ ...plain, key: 'v', ctrlKey: true }, false, 'browser'],
    [{ ...plain, key: 'V', ctrlKey: true, shiftKey: true }, false, 'browser'],
    [{ ...plain, key: 'v', ctrlKey: true, altKey: true }, false, 'type'],
    [{ ...plain, key: 'l', ctrlKey: true }, false, 'type'],
    [{ ...plain, key: 'L', ctrlKey: true, shiftKey: true }, false, 'leave'],
    [{ ...plain, key: 'Escape' }, false, 'type'],
    [{ ...plain, key: '?' }, false, 'type'],
  ] as const)('%j, with a selection: %s, means %s', (key, hasSelection, meaning) => {
    expect(keyMeaning(key, hasSelection)).toBe(meaning)
  })
})

describe('a link', () => {
  test.each(['https://example.org/a', 'http://127.0.0.1:8080/'])('%s leads to the web', (address) => {
    expect(isWebAddress(address)).toBe(true)
  })

  test.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/html,x',
    '/relative',
    '',
    'mailto:a@b.c',
  ])('%s does not', (address) => {
    expect(isWebAddress(address)).toBe(false)
  })
})

describe('the words for a state', () => {
  test.each([
    [{ state: 'reconnecting', attempt: 2 }, 'reconnecting (attempt 2)'],
    [{ state: 'ended', exitCode: 0, signal: null }, 'The program has ended. The conversation goes on.'],
    [
      { state: 'ended', exitCode: 3, signal: null },
      'The program ended with exit code 3. The conversation goes on.',
    ],
    [
      { state: 'ended', exitCode: null, signal: 'SIGKILL' },
      'The program was ended by SIGKILL. The conversation goes on.',
    ],
  ] as const)('%j: %s', (state, words) => {
    expect(terminalWords(state)).toBe(words)
  })
})
