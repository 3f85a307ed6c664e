import { describe, expect, test } from 'vitest'
import { resolveDestination } from '../../src/ssh/client-config.ts'
import { parseTarget } from '../../src/ssh/parse-target.ts'

const ACCOUNT = { home: '/home/me', user: 'me' }
const resolve = (target: string, config = '') => resolveDestination(parseTarget(target), config, ACCOUNT)

describe('a client config', () => {
  test('may be empty', () => {
    expect(resolve('worker')).toEqual({
      host: 'worker',
      port: 22,
      user: 'me',
      hostKeyName: 'worker',
      identityFiles: [],
      identitiesOnly: false,
      agent: undefined,
      knownHostsFiles: [],
      jumps: [],
    })
  })

  test('says what an alias stands for', () => {
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
      Host *
        User nobody
        IdentityFile ~/.ssh/all
    `
    expect(resolve('box', config)).toEqual({
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
    })
  })

  test('counts less than the target', () => {
    const config = 'Host *\n User other\n Port 2200\n'
    expect(resolve('you@worker:22', config)).toMatchObject({ user: 'you', port: 22 })
  })

  test('is read without regard to case, and with `=`', () => {
    expect(resolve('box', 'host box\n hostname=real\n PORT = 99\n')).toMatchObject({ host: 'real', port: 99 })
  })

  test('patterns may be negated', () => {
    const config = 'Host *.example !secret.example\n User builder\n'
    expect(resolve('a.example', config).user).toBe('builder')
    expect(resolve('secret.example', config).user).toBe('me')
  })

  test('a host-key alias stands for the machine', () => {
    expect(resolve('box', 'Host box\n HostKeyAlias the-box\n Port 9\n').hostKeyName).toBe('the-box')
  })

  test('ProxyJump none is none', () => {
    expect(resolve('box', 'Host box\n ProxyJump none\n').jumps).toEqual([])
  })

  test('a ProxyCommand is refused, since nothing is run', () => {
    expect(() => resolve('box', 'Host box\n ProxyCommand nc %h %p\n')).toThrow('use ProxyJump')
  })

  test('Match exec runs nothing and never matches', () => {
    expect(resolve('box', 'Match exec "exit 0"\n User other\n').user).toBe('me')
  })
})
