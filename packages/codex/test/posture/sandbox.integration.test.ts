import { mkdir, readFile, readdir, realpath, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import path from 'node:path'
import { CODEX_VERSIONS, codexBinary } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session } from '../../src/session/session.ts'
import { callingModel, callTool, runCommand } from '../calling-model.ts'
import { hostWith } from '../host-with.ts'
import { openWorkshop, type Workshop } from '../workshop.ts'

const KEY = 'sk-canary-of-the-login'
const SECRET = 'canary-of-the-account'
const OTHERS = 'canary-of-another-task'

/** Quoted for a shell. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

describe.each(CODEX_VERSIONS)('what a command of Codex %s can reach', (version) => {
  let workshop: Workshop
  let session: Session
  let task: string
  let account: string
  let other: string

  beforeAll(async () => {
    workshop = await openWorkshop(version, { model: callingModel(), apiKey: KEY })
    account = path.join(workshop.root, 'account')
    await mkdir(path.join(account, '.ssh'), { recursive: true })
    await writeFile(path.join(account, '.ssh', 'id_ed25519'), SECRET)
    await writeFile(path.join(account, '.netrc'), SECRET)
    await mkdir(path.join(account, '.local/state/x/demo'), { recursive: true })
    await writeFile(path.join(account, '.local/state/x/demo/instance.json'), SECRET)
    await mkdir(path.join(account, '.config/x/keys'), { recursive: true })
    await writeFile(path.join(account, '.config/x/keys/1'), SECRET)
    const host = hostWith(workshop.host, { facts: { ...workshop.host.facts, home: account } })
    const login = { endpoint: { baseUrl: workshop.model.url, key: KEY } }
    session = await workshop.open({ taskId: 'mine', approvals: 'never', host, login })
    await session.ready
    const second = await workshop.open({ taskId: 'other', approvals: 'never', host, login })
    await second.ready
    other = path.join(workshop.stateDir, 'tasks', 'other')
    await writeFile(path.join(other, 'work', 'file'), OTHERS)
    task = path.join(workshop.stateDir, 'tasks', 'mine')
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  test('its own directory and its temporary one, for writing', async () => {
    const said = await runCommand(
      session,
      'echo in-work > made; echo in-tmp > "$TMPDIR/made"; cat made "$TMPDIR/made"',
    )
    expect(said).toMatch(/in-work\s+in-tmp/)
    expect(await readFile(path.join(task, 'work', 'made'), 'utf8')).toBe('in-work\n')
    expect(session.directory).toBe(path.join(task, 'work'))
  })

  test('not the login, not the configuration, by no way', async () => {
    const home = path.join(task, 'home', '.codex')
    for (const name of ['auth.json', 'config.toml']) {
      const file = path.join(home, name)
      expect(await readFile(file, 'utf8')).not.toBe('')
      const relative = path.relative(path.join(task, 'work'), file)
      const said = await runCommand(
        session,
        [
          `cat ${quote(file)}`,
          `cat ${quote(relative)}`,
          `ln -s ${quote(file)} soft-${name}; cat soft-${name}`,
          `ln ${quote(file)} hard-${name}; cat hard-${name}`,
          `cat /proc/self/root${quote(file)}`,
          `for root in /proc/[0-9]*/root; do cat "$root"${quote(file)}; done`,
          `for cwd in /proc/[0-9]*/cwd; do cat "$cwd"/${quote(relative)}; done`,
          `cp -r ${quote(home)} copied; cat copied/${name}`,
          `cat "$HOME/.codex/${name}" "$CODEX_HOME/${name}"`,
        ].join('; '),
      )
      expect(said).not.toContain(KEY)
      expect(said).not.toContain(workshop.model.url)
      expect(said).not.toContain('default_permissions')
    }
  })

  test('not the records, the logs and the files of this and other tasks', async () => {
    const files = [
      path.join(other, 'work', 'file'),
      path.join(other, 'run', 'launch.json'),
      path.join(other, 'home', '.codex', 'auth.json'),
      path.join(task, 'run', 'launch.json'),
      path.join(task, 'run', 'process.json'),
    ]
    for (const file of files) expect(await readFile(file, 'utf8')).not.toBe('')
    const said = await runCommand(
      session,
      `${files.map((file) => `cat ${quote(file)}`).join('; ')}; find ${quote(workshop.stateDir)} -type f | xargs cat; echo ended`,
    )
    expect(said).toContain('ended')
    for (const canary of [OTHERS, KEY, 'threadId', 'startTime', 'bootId']) expect(said).not.toContain(canary)
  })

  test('not the secrets in the home of the account', async () => {
    const said = await runCommand(
      session,
      `cat ${quote(account)}/.ssh/id_ed25519 ${quote(account)}/.netrc; cat ${quote(account)}/.local/state/x/demo/instance.json ${quote(account)}/.config/x/keys/1; ls -la ${quote(account)}/.ssh; [ -s /etc/shadow ] && cat /etc/shadow; echo ended`,
    )
    expect(said).toContain('ended')
    expect(said).not.toContain(SECRET)
    expect(said).not.toContain('id_ed25519\n')
    expect(said).not.toContain('root:')
  })

  test('nothing else for writing', async () => {
    const installation = path.dirname(path.dirname(codexBinary(version)))
    const places = [
      account,
      workshop.root,
      workshop.stateDir,
      path.join(workshop.stateDir, 's'),
      path.join(other, 'work'),
      task,
      path.join(task, 'run'),
      path.join(task, 'home'),
      path.join(task, 'home', '.codex'),
      path.join(task, 'home', '.codex', 'tmp'),
      installation,
      path.join(installation, 'bin'),
      '/',
      '/etc',
      '/usr/local/bin',
      '/dev/shm',
      '/var/tmp',
    ]
    const name = `x-written-${version}`
    const said = await runCommand(
      session,
      `for place in ${places.map(quote).join(' ')} /tmp; do echo bad > "$place/${name}"; done; mv ${quote(path.join(task, 'home'))} stolen; rm -rf ${quote(path.join(other, 'work'))}; echo ended`,
    )
    expect(said).toContain('ended')
    for (const place of [...places, '/tmp']) {
      expect(await stat(path.join(place, name)).catch(() => undefined), place).toBeUndefined()
    }
    expect(await readFile(path.join(other, 'work', 'file'), 'utf8')).toBe(OTHERS)
    expect(await readdir(path.join(task, 'home', '.codex'))).toContain('auth.json')
  })

  test('no network, and not the socket of its session', async () => {
    let reached = 0
    const server: Server = createServer((socket) => {
      reached += 1
      socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const sockets = path.join(workshop.stateDir, 's')
    const links = (await readdir(sockets)).map((name) => path.join(sockets, name))
    const targets = [...links, ...(await Promise.all(links.map((link) => realpath(link))))]
    const script = `
      const net = require('node:net')
      for (const to of [{ port: ${String(port)}, host: '127.0.0.1' }, ...${JSON.stringify(targets)}.map((path) => ({ path }))]) {
        const socket = net.connect(to)
        socket.on('connect', () => { console.log('CONNECTED', JSON.stringify(to)); socket.destroy() })
        socket.on('error', (error) => console.log('refused', error.code))
      }`
    await writeFile(path.join(task, 'work', 'reach.cjs'), script)
    const said = await runCommand(
      session,
      `${quote(process.execPath)} reach.cjs; (echo > /dev/tcp/127.0.0.1/${String(port)}) && echo CONNECTED`,
    )
    await new Promise((resolve) => server.close(resolve))
    expect(said.match(/refused/g)).toHaveLength(1 + targets.length)
    expect(said).not.toContain('CONNECTED')
    expect(reached).toBe(0)
  })

  test('not the key: it is in no environment and on no command line', async () => {
    const said = await runCommand(
      session,
      'env; cat /proc/*/environ /proc/*/cmdline | tr "\\0" "\\n"; echo ended',
    )
    expect(said).toContain('ended')
    expect(said).not.toContain(KEY)
    const { pid } = JSON.parse(await readFile(path.join(task, 'run', 'process.json'), 'utf8')) as {
      pid: number
    }
    for (const name of ['environ', 'cmdline']) {
      expect(await readFile(`/proc/${String(pid)}/${name}`, 'utf8')).not.toContain(KEY)
    }
  })

  test('nothing more from a directory or with a shell of its own choice', async () => {
    await writeFile(path.join(task, 'work', 'shell'), '#!/bin/sh\necho chosen; cat "$SECRET_FILE"\n', {
      mode: 0o755,
    })
    const file = path.join(account, '.netrc')
    const elsewhere = await runCommand(session, 'pwd; cat .netrc; echo bad > x-written', { workdir: account })
    expect(elsewhere).not.toContain(SECRET)
    expect(await stat(path.join(account, 'x-written')).catch(() => undefined)).toBeUndefined()
    const chosen = await runCommand(session, `cat ${quote(file)}`, {
      shell: path.join(task, 'work', 'shell'),
    })
    expect(chosen).not.toContain(SECRET)
    const terminal = await runCommand(session, `cat ${quote(file)}; echo ended`, { tty: true })
    expect(terminal).toContain('ended')
    expect(terminal).not.toContain(SECRET)
  })

  test('no image that lies out of reach', async () => {
    // The smallest PNG there is.
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
      'base64',
    )
    await writeFile(path.join(other, 'work', 'image.png'), png)
    await writeFile(path.join(task, 'work', 'image.png'), png)
    const view = (of: string): Promise<string> =>
      callTool(session, { call: 'view_image', arguments: { path: path.join(of, 'work', 'image.png') } })
    const seen = (): number =>
      (JSON.stringify(workshop.model.requests.at(-1)?.body).match(/data:image\/png/g) ?? []).length
    await view(task)
    expect(seen()).toBe(1)
    expect(await view(other)).toMatch(/unable to locate image/)
    expect(seen()).toBe(1)
  })
})
