import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unwrapShell } from '../../src/conversation/unwrap-shell.ts'

const single = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const double = (text: string): string => `"${text.replace(/[$`"\\]/g, '\\$&')}"`
/** As Rust's shlex does it: single quotes, and what they cannot hold in double ones. */
const mixed = (text: string): string =>
  text
    .split(/('+)/)
    .filter((part) => part !== '')
    .map((part) => (part.startsWith("'") ? double(part) : single(part)))
    .join('')

describe('unwrapShell', () => {
  test.each([
    ["/bin/bash -lc 'ls -la'", 'ls -la'],
    ['/bin/bash -lc ls', 'ls'],
    ['bash -c "echo \\"$HOME\\" \\`id\\`"', 'echo "$HOME" `id`'],
    [`/usr/bin/zsh -lc 'echo '"'"'quoted'"'"''`, "echo 'quoted'"],
    ['sh -c one\\ word', 'one word'],
    ["/bin/bash -lc 'one\ntwo'", 'one\ntwo'],
    ["/bin/bash -lc ''", ''],
  ])('%s', (command, script) => {
    expect(unwrapShell(command)).toBe(script)
  })

  test.each([
    'ls -la',
    'python3 -c "print(1)"',
    "/bin/bash -lc 'ls' extra",
    "/bin/bash script 'ls'",
    "/bin/bash -lc 'never closed",
    '/bin/bash -lc "never closed',
    '/bin/bash -lc trailing\\',
    "/bin/bash -x 'ls'",
    'fish -c ls',
    '',
    '   ',
  ])('leaves %j as it is', (command) => {
    expect(unwrapShell(command)).toBe(command)
  })

  test.each([single, double, mixed])('finds any script again that was quoted', (quote) => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => text !== ''),
        (script) => {
          expect(unwrapShell(`/bin/bash -lc ${quote(script)}`)).toBe(script)
        },
      ),
    )
  })

  test('never throws and takes no time on hostile quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("'", '"', '\\', ' ', 'a', '\n', '$') }), (text) => {
        expect(typeof unwrapShell(`bash -c ${text}`)).toBe('string')
      }),
    )
    const long = `bash -lc ${'"\\'.repeat(50_000)}`
    expect(unwrapShell(long)).toBe(long)
  })
})
