import { describe, expect, test } from 'vitest'
import { evaluateConfig, type ConfigFile } from '../../src/ssh/evaluate-config.ts'

const QUERY = { host: 'box', user: undefined, localUser: 'me' }

async function evaluate(text: string, files: Readonly<Record<string, string>> = {}, query = {}) {
  const include = (pattern: string): Promise<readonly ConfigFile[]> =>
    Promise.resolve(
      Object.entries(files)
        .filter(([name]) => name === pattern || (pattern === '*' && name !== 'loop'))
        .map(([name, content]) => ({ name, text: content })),
    )
  const values = await evaluateConfig({ files: [{ name: 'config', text }], include }, { ...QUERY, ...query })
  return Object.fromEntries([...values].map(([name, args]) => [name, args.join(' ')]))
}

describe('Host', () => {
  test('patterns may be negated', async () => {
    const config = 'Host *.example !secret.example\n User builder\n'
    expect(await evaluate(config, {}, { host: 'a.example' })).toEqual({ user: 'builder' })
    expect(await evaluate(config, {}, { host: 'secret.example' })).toEqual({})
  })

  test('what is found first counts, and identity files add up', async () => {
    const config = 'Port 1\nIdentityFile a\nHost box\n Port 2\n IdentityFile b\n IdentityFile a\n'
    expect(await evaluate(config)).toEqual({ port: '1', identityfile: 'a b' })
  })
})

describe('Match', () => {
  test.each([
    ['all', true],
    ['host real', true],
    ['host=real', true],
    ['host = real', true],
    ['host =real', true],
    ['host= real user me', true],
    ['host box', false],
    ['!host box', true],
    ['originalhost box', true],
    ['host other,re*', true],
    ['host re*,!real', false],
    ['user me', true],
    ['localuser me user me', true],
    ['localuser me user you', false],
    ['final', true],
    ['!final', true],
    ['canonical', false],
    ['exec "exit 0"', false],
    ['!exec "exit 1"', false],
    ['tagged x host real', false],
  ])('%s', async (criteria, isMatch) => {
    const { port } = await evaluate(`Host *\n HostName real\nMatch ${criteria}\n Port 9\n`)
    expect(port).toBe(isMatch ? '9' : undefined)
  })

  test('the user of the target is the one that is compared', async () => {
    expect(await evaluate('User x\nMatch user you\n Port 9\n', {}, { user: 'you' })).toEqual({
      user: 'you',
      port: '9',
    })
  })

  test('in another pass, Host is compared with the real name', async () => {
    const config = 'Host real\n Port 9\nHost box\n HostName real\nMatch final\n User last\n'
    expect(await evaluate(config)).toEqual({ hostname: 'real', user: 'last', port: '9' })
    // By then the name is settled.
    expect(await evaluate('Match final\n HostName late\n')).toEqual({ hostname: 'box' })
  })
})

describe('Include', () => {
  test('stands for its files, whose blocks end with them', async () => {
    const files = { one: 'Host other\n Port 1\n', two: 'Port 2\nHost box\n User two\n' }
    expect(await evaluate('Include one two missing\nUser last\n', files)).toEqual({ port: '2', user: 'two' })
    expect(await evaluate('Include one\nUser last\n', files)).toEqual({ user: 'last' })
    expect(await evaluate('Include *\n', files)).toEqual({ port: '2', user: 'two' })
  })

  test('in a block belongs to it', async () => {
    const files = { one: 'Port 1\nHost *\n User one\n' }
    const config = (name: string) => `Host ${name}\n Include one\n HostName real\n`
    expect(await evaluate(config('box'), files)).toEqual({ port: '1', user: 'one', hostname: 'real' })
    expect(await evaluate(config('other'), files)).toEqual({})
  })

  test('may be nested, but not for ever', async () => {
    expect(await evaluate('Include one', { one: 'Include two', two: 'Port 2' })).toEqual({ port: '2' })
    await expect(evaluate('Include loop', { loop: 'Include loop' })).rejects.toMatchObject({
      name: 'HostError',
      code: 'io',
    })
  })
})

test('a quote without an end names its line; where it means nothing to us it is passed by', async () => {
  await expect(evaluate('\nUser "me\n')).rejects.toThrow('user in config, line 2')
  expect(await evaluate('LocalCommand "me\nHost other\n User "x\n')).toEqual({})
})
