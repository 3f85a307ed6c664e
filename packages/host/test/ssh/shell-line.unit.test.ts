import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quoteArgv, quoteWord } from '../../src/ssh/quote-argv.ts'
import { escapeText, shellLine } from '../../src/ssh/shell-line.ts'

describe('quotes', () => {
  test('are left out where no shell needs them', () => {
    expect(quoteArgv(['git', 'log', '--format=%h', 'a/b.ts'])).toBe("git log '--format=%h' a/b.ts")
  })

  test('hold a single quote', () => {
    expect(quoteWord("it's")).toBe(`'it'\\''s'`)
    expect(quoteWord('')).toBe("''")
  })

  test('a NUL is a TypeError', () => {
    expect(() => quoteWord('a\0b')).toThrow(TypeError)
  })
})

describe('a line for any shell', () => {
  test('is readable where all shells agree', () => {
    expect(shellLine('exec "$@"', ['ls', '-l'])).toBe(`exec /bin/sh -c 'exec "$@"' 'sh' 'ls' '-l'`)
  })

  test('has between its quotes nothing that a shell reads in its own way', () => {
    const text = fc.string({
      unit: fc.constantFrom(...Array.from(`'"\\!\n\t $\`aé€😀\u0081`)),
      maxLength: 30,
    })
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 4 }), (script, args) => {
        fc.pre(!args.some((argument) => argument.includes('\0')))
        const line = shellLine(script, args)
        expect(line).toMatch(/^exec \/bin\/sh -c( '[\x20-\x26\x28-\x7e]*')+$/)
        expect(line).not.toMatch(/\\[^0]|!|\\\\/)
      }),
    )
  })

  test('escapes every byte of a character', () => {
    expect(escapeText("é'\n")).toBe('\\0303\\0251\\0047\\0012')
  })
})
