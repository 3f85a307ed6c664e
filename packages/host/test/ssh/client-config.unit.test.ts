import { describe, expect, test } from 'vitest'
import { resolveDestination } from '../../src/ssh/client-config.ts'
import { parseTarget } from '../../src/ssh/parse-target.ts'

const ACCOUNT = {
  home: '/home/me',
  user: 'me',
  variable: (name: string) => ({ KEYS: '/my keys', AGENT: '/agent' })[name],
}
const resolve = (target: string, text = '') =>
  resolveDestination(
    parseTarget(target),
    { files: [{ name: 'config', text }], include: () => Promise.resolve([]) },
    ACCOUNT,
  )

describe('a client config', () => {
  test('may be empty', async () => {
    expect(await resolve('worker')).toEqual({
      host: 'worker',
      port: 22,
      user: 'me',
      hostKeyName: 'worker',
      identityFiles: [],
      identitiesOnly: false,
      agent: undefined,
      knownHostsFiles: [],
      strictness: undefined,
      jumps: [],
      proxyCommand: undefined,
      connectTimeoutMs: undefined,
      keepAliveIntervalMs: undefined,
      keepAliveCountMax: undefined,
    })
  })

  test('says what an alias stands for', async () => {
    const config = `
      Host box other
        HostName box.example
        User builder
        Port 2200
        IdentityFile ~/.ssh/box
        IdentityFile /keys/%r@%h
        IdentitiesOnly yes
        IdentityAgent ~/agent.sock
        UserKnownHostsFile ~/.ssh/one "/etc/ssh/the two"
        ProxyJump first,second@gate:2022
        StrictHostKeyChecking accept-new
        ConnectTimeout 1m30
        ServerAliveInterval 15
        ServerAliveCountMax 4
      Host *
        User nobody
        IdentityFile ~/.ssh/all
    `
    expect(await resolve('box', config)).toEqual({
      host: 'box.example',
      port: 2200,
      user: 'builder',
      hostKeyName: '[box.example]:2200',
      identityFiles: ['/home/me/.ssh/box', '/keys/builder@box.example', '/home/me/.ssh/all'],
      identitiesOnly: true,
      agent: '/home/me/agent.sock',
      knownHostsFiles: ['/home/me/.ssh/one', '/etc/ssh/the two'],
      jumps: [
        { user: undefined, host: 'first', port: undefined },
        { user: 'second', host: 'gate', port: 2022 },
      ],
      strictness: 'accept-new',
      proxyCommand: undefined,
      connectTimeoutMs: 90_000,
      keepAliveIntervalMs: 15_000,
      keepAliveCountMax: 4,
    })
  })

  test('counts less than the target', async () => {
    const config = 'Host *\n User other\n Port 2200\n'
    expect(await resolve('you@worker:22', config)).toMatchObject({ user: 'you', port: 22 })
  })

  test('is read without regard to case, and with `=`', async () => {
    const config = 'host box\r\n hostname=real\r\n PORT = 99\r\n'
    expect(await resolve('box', config)).toMatchObject({ host: 'real', port: 99 })
  })

  test('a host-key alias stands for the machine', async () => {
    const { hostKeyName } = await resolve('box', 'Host box\n HostKeyAlias the-box\n Port 9\n')
    expect(hostKeyName).toBe('the-box')
  })

  test('ProxyJump none is none', async () => {
    expect((await resolve('box', 'Host box\n ProxyJump none\n')).jumps).toEqual([])
  })

  test('files and agents may come from the environment', async () => {
    const config = 'IdentityFile ${KEYS}/%r\nIdentityAgent $AGENT\n'
    expect(await resolve('box', config)).toMatchObject({ identityFiles: ['/my keys/me'], agent: '/agent' })
    expect(await resolve('box', 'IdentityAgent $MISSING')).toMatchObject({ agent: 'none' })
    await expect(resolve('box', 'IdentityFile ${MISSING}/x')).rejects.toThrow('MISSING')
  })

  test.each([
    ['no', 'off'],
    ['OFF', 'off'],
    ['accept-new', 'accept-new'],
    ['yes', undefined],
    ['ask', undefined],
  ])('StrictHostKeyChecking %s', async (word, strictness) => {
    expect((await resolve('box', `StrictHostKeyChecking ${word}`)).strictness).toBe(strictness)
  })

  test.each(['0', 'none', '-1', 'soon'])('a time of %s leaves it to the defaults', async (time) => {
    const found = await resolve('box', `ConnectTimeout ${time}\nServerAliveInterval ${time}\n`)
    expect(found).toMatchObject({ connectTimeoutMs: undefined, keepAliveIntervalMs: undefined })
  })
})

describe('a ProxyCommand', () => {
  const command = async (target: string, config: string) => (await resolve(target, config)).proxyCommand

  test('gets its tokens, and stays else as it is', async () => {
    const config = 'Host box\n HostName real\n Port 99\n ProxyCommand nc -X 5 "%h" %p # %n %r 100%%\n'
    expect(await command('you@box', config)).toBe('nc -X 5 "real" 99 # box you 100%')
  })

  test('or a jump: whichever comes first', async () => {
    expect(await resolve('box', 'ProxyCommand a\nProxyJump b\n')).toMatchObject({
      proxyCommand: 'a',
      jumps: [],
    })
    expect(await resolve('box', 'ProxyJump none\nProxyCommand a\n')).toMatchObject({
      proxyCommand: undefined,
    })
    expect(await command('box', 'ProxyCommand none\n')).toBeUndefined()
  })

  test.each(['a;b', '$(x)', 'a`b`', "a'b", 'a|b'])(
    'names nothing that a shell would read: %s',
    async (host) => {
      await expect(resolve(host, 'ProxyCommand nc %h %p')).rejects.toThrow(TypeError)
      expect((await resolve(host)).host).toBe(host)
    },
  )

  test('with what is not understood is refused', async () => {
    await expect(resolve('box', 'ProxyCommand nc %x')).rejects.toThrow('%x')
    await expect(resolve('box', 'ProxyUseFdpass yes\nProxyCommand nc')).rejects.toThrow('ProxyUseFdpass')
  })
})
