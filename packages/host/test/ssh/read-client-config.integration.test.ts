import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findSshdParts } from '@x/fixtures'
import { resolveDestination } from '../../src/ssh/client-config.ts'
import { parseTarget } from '../../src/ssh/parse-target.ts'
import { readClientConfig } from '../../src/ssh/read-client-config.ts'

let home: string

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'client-config-'))
})
afterAll(() => rm(home, { recursive: true }))

const at = (name: string) => path.join(home, '.ssh', name)

async function lay(files: Readonly<Record<string, string>>): Promise<void> {
  await rm(path.join(home, '.ssh'), { recursive: true, force: true })
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(at(name)), { recursive: true, mode: 0o700 })
    await writeFile(at(name), text, { mode: 0o600 })
  }
}

async function resolve(target: string, file?: string) {
  const account = { home, user: userInfo().username, variable: () => undefined }
  return resolveDestination(parseTarget(target), await readClientConfig(file, home), account)
}

test('includes are relative to the directory of the config, and may be patterns, nested, or links', async () => {
  await lay({
    config: `Include config.d/*.conf ~/.ssh/more "${at('with blank')}" missing none/*\nHost *\n User last\n`,
    'config.d/20.conf': 'Host box\n Port 20\n',
    'config.d/10.conf': 'Host box\n Port 10\n Include deep/er\n',
    'config.d/.30.conf': 'Port 30\n',
    'config.d/other': 'Port 40\n',
    'deep/er': 'HostName real\n',
    more: 'Host box\n IdentityFile ~/key\n',
    'with blank': 'Host box\n HostKeyAlias alias\n',
  })
  await symlink('../more', at('config.d/99.conf'))
  expect(await resolve('box')).toMatchObject({
    port: 10,
    host: 'real',
    user: 'last',
    identityFiles: [`${home}/key`],
    hostKeyName: 'alias',
  })
})

test('a usual config that is missing is empty; one that others may write is refused, included or not', async () => {
  await lay({})
  expect(await resolve('box')).toMatchObject({ host: 'box' })
  await lay({ config: 'Include part\n', part: 'Port 1\n' })
  await chmod(at('part'), 0o620)
  await expect(resolve('box')).rejects.toMatchObject({
    code: 'io',
    message: expect.stringContaining('part') as string,
  })
  await chmod(at('part'), 0o644)
  expect(await resolve('box')).toMatchObject({ port: 1 })
  await chmod(at('config'), 0o602)
  await expect(resolve('box')).rejects.toMatchObject({ code: 'io' })
  // One that the caller names is the caller's.
  expect(await resolve('box', at('config'))).toMatchObject({ port: 1 })
  await expect(resolve('box', at('other'))).rejects.toMatchObject({ code: 'io' })
})

test("OpenSSH's own client reads the same", async () => {
  await lay({
    config: [
      `Include ${at('first')}`,
      'Host *.example !no.example',
      '  User "a b" # the user',
      '  HostName real-%h',
      'Host box a.example',
      `  Include ${at('second')}`,
      '  Port=2022',
      'Match host real-* user "a b"',
      '  ConnectTimeout 1m',
      'Match originalhost box !localuser nobody-at-all',
      '  ProxyCommand nc -x "%h" %p',
      '  ProxyJump gate',
      'Match final host real-a.example',
      '  ServerAliveInterval 7',
      'Match all',
      '  ServerAliveCountMax 9',
      '  HostKeyAlias alias',
      '  IdentityFile /keys/%h',
      '  StrictHostKeyChecking accept-new',
      '',
    ].join('\n'),
    first: 'Host nobody\n Port 1\nHost box\n IdentitiesOnly yes\n',
    second: 'IdentityFile /keys/first\nHost nobody\n Port 2\nHost *\n UserKnownHostsFile /one /two\n',
  })
  const { ssh, env } = findSshdParts()
  for (const target of ['box', 'a.example', 'no.example', 'you@a.example', 'other']) {
    const { stdout } = await promisify(execFile)(ssh, ['-G', '-F', at('config'), target], { env })
    const theirs = new Map(stdout.split('\n').map((line) => [line.split(' ')[0], line.replace(/^\S+ ?/, '')]))
    const files = [...stdout.matchAll(/^identityfile (\/.*)$/gm)].map(([, file]) => file)
    const ours = await resolve(target, at('config'))
    const said = (name: string) => theirs.get(name)
    expect(
      {
        ...ours,
        identityFiles: ours.identityFiles.map((file) => file.replace(ours.host, '%h')),
        strictness: ours.strictness ?? 'ask',
        proxyCommand: ours.proxyCommand ?? '',
        connectTimeoutMs: ours.connectTimeoutMs ?? 'none',
        keepAliveIntervalMs: ours.keepAliveIntervalMs ?? 0,
      },
      target,
    ).toMatchObject({
      host: said('hostname'),
      user: said('user'),
      port: Number(said('port')),
      hostKeyName: said('hostkeyalias'),
      identitiesOnly: said('identitiesonly') === 'yes',
      identityFiles: files.map((file) => file?.replace(ours.host, '%h')),
      knownHostsFiles: said('userknownhostsfile')?.startsWith('/one') === true ? ['/one', '/two'] : [],
      strictness: said('stricthostkeychecking'),
      connectTimeoutMs: said('connecttimeout') === 'none' ? 'none' : Number(said('connecttimeout')) * 1_000,
      keepAliveIntervalMs: Number(said('serveraliveinterval')) * 1_000,
      keepAliveCountMax: Number(said('serveralivecountmax')),
      proxyCommand: (said('proxycommand') ?? '').replace('%h', ours.host).replace('%p', String(ours.port)),
    })
  }
})
