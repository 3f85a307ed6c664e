import { describe, expect, test } from 'vitest'
import { parseConfigLine, splitArguments } from '../../src/ssh/config-line.ts'

describe('a line of a config', () => {
  test.each([
    ['Port 22', { keyword: 'port', rest: '22' }],
    ['  PORT = 22\r', { keyword: 'port', rest: '22' }],
    ['\tUser=me', { keyword: 'user', rest: 'me' }],
    ['"User" me', { keyword: 'user', rest: 'me' }],
    ['ProxyCommand sh -c "a # b"', { keyword: 'proxycommand', rest: 'sh -c "a # b"' }],
    ['# Port 22', undefined],
    ['', undefined],
    ['Port', undefined],
  ])('%j', (line, expected) => {
    expect(parseConfigLine(line)).toEqual(expected)
  })
})

describe('arguments', () => {
  test.each([
    ['a  b\tc', ['a', 'b', 'c']],
    ['"a b" \'c d\'', ['a b', 'c d']],
    ['a"b c"d', ['ab cd']],
    ['""', ['']],
    ['a\\ b "c\\"d" e\\f', ['a b', 'c"d', 'e\\f']],
    ['a # b', ['a']],
    ['a#b', ['a#b']],
    ['', []],
    ['"a', undefined],
  ])('%j', (text, expected) => {
    expect(splitArguments(text)).toEqual(expected)
  })
})
