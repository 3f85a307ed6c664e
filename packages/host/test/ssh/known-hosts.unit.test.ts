import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  fingerprint,
  hasAuthority,
  judgeHostKey,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
} from '../../src/ssh/known-hosts.ts'

/** A key as it is on the wire: the name of its type, then whatever tells it from others. */
function key(type: string, content: string): Buffer {
  const part = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)])
  return Buffer.concat([part(type), part(content)])
}

const ED = key('ssh-ed25519', 'one')
const OTHER = key('ssh-ed25519', 'two')
const RSA = key('ssh-rsa', 'three')
const line = (hosts: string, of: Buffer) => knownHostLine(hosts, of)
const judge = (text: string, name: string, shown: Buffer) => judgeHostKey(parseKnownHosts(text), name, shown)

describe('known hosts', () => {
  test('tell a known key from an unknown and a changed one', () => {
    const text = line('worker', ED)
    expect(judge(text, 'worker', ED)).toBe('known')
    expect(judge(text, 'worker', OTHER)).toBe('changed')
    expect(judge(text, 'other', ED)).toBe('unknown')
  })

  test('a machine has a key of each type', () => {
    const text = line('worker', ED) + line('worker', RSA)
    expect(judge(text, 'worker', RSA)).toBe('known')
    expect(judge(text, 'worker', ED)).toBe('known')
    expect(knownKeyTypes(parseKnownHosts(text), 'worker')).toEqual(['ssh-ed25519', 'ssh-rsa'])
  })

  test('a key of another type than the known one is a changed one', () => {
    expect(judge(line('worker', ED), 'worker', RSA)).toBe('changed')
  })

  test('a port is part of the name', () => {
    const text = line('[worker]:2222', ED)
    expect(judge(text, '[worker]:2222', ED)).toBe('known')
    expect(judge(text, 'worker', ED)).toBe('unknown')
    expect(judge(line('worker', ED), '[worker]:2222', ED)).toBe('unknown')
    expect(judge(line('[*.example]:2222', ED), '[a.example]:2222', ED)).toBe('known')
  })

  test('names come in lists, with patterns, and may be negated', () => {
    const text = line('a,*.example,!bad.example,10.0.0.?', ED)
    for (const name of ['a', 'x.example', '10.0.0.7']) expect(judge(text, name, ED)).toBe('known')
    for (const name of ['bad.example', 'b', '10.0.0.77']) expect(judge(text, name, ED)).toBe('unknown')
    expect(judge(line('Worker.Example', ED), 'worker.example', ED)).toBe('known')
  })

  test('names may be hashed', () => {
    const salt = Buffer.from('0123456789abcdefghij')
    const hash = createHmac('sha1', salt).update('[worker]:2222').digest('base64')
    const text = line(`|1|${salt.toString('base64')}|${hash}`, ED)
    expect(judge(text, '[worker]:2222', ED)).toBe('known')
    expect(judge(text, '[worker]:2222', OTHER)).toBe('changed')
    expect(judge(text, 'worker', ED)).toBe('unknown')
  })

  test('a revoked key is refused wherever it is known as well', () => {
    const text = `${line('worker', ED)}@revoked ${line('*', ED)}`
    expect(judge(text, 'worker', ED)).toBe('revoked')
    expect(judge(text, 'other', ED)).toBe('revoked')
    expect(judge(text, 'other', OTHER)).toBe('unknown')
    expect(knownKeyTypes(parseKnownHosts(`@revoked ${line('worker', ED)}`), 'worker')).toEqual([])
  })

  test('an authority makes no machine known, and is told', () => {
    const text = `@cert-authority ${line('*.example', ED)}`
    expect(judge(text, 'a.example', ED)).toBe('unknown')
    expect(knownKeyTypes(parseKnownHosts(text), 'a.example')).toEqual([])
    expect(hasAuthority(parseKnownHosts(text), 'a.example')).toBe(true)
    expect(hasAuthority(parseKnownHosts(text), 'b.test')).toBe(false)
  })

  test('what is no line is left out', () => {
    const text = `# ${line('worker', ED)}\n  \nworker ssh-ed25519\nworker ssh-rsa ${ED.toString('base64')}\n@other ${line('*', ED)}worker ssh-ed25519 !!!!\n`
    expect(parseKnownHosts(text)).toEqual([])
    expect(parseKnownHosts(`\t${line('worker', ED).trim()} a comment\r\n`)).toHaveLength(1)
  })

  test('a fingerprint is shown as ssh-keygen shows it', () => {
    expect(fingerprint(ED)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
  })
})
