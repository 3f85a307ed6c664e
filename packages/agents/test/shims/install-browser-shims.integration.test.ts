import { constants } from 'node:fs'
import { access, chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openSshd, privateDirectory, type SshdFixture } from '@x/fixtures'
import { type Host, openLocalHost } from '@x/host'
import { openSshHost } from '@x/host/ssh'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keywordFeatures } from '../../src/keywords/features.ts'
import { parseKeywordLine } from '../../src/keywords/parse-keyword-line.ts'
import { BROWSER_STUBS, installBrowserShims } from '../../src/shims/install-browser-shims.ts'

const features = keywordFeatures({ browser: 'redirect' })
const URL = 'https://login.example/a?b=c&d=%20#e'
const HOSTILE = `${URL}"'\n\tDONE\r <>\\\`{|}`
const ENCODED = `${URL}%22%27%0A%09DONE%0D%20%3C%3E%5C%60%7B%7C%7D`

/** What programs call, and the addresses that are told. */
const CALLS: readonly (readonly [name: string, args: readonly string[], urls: readonly string[]])[] = [
  ['xdg-open', [URL], [URL]],
  ['gio', ['open', URL], [URL]],
  ['firefox', ['--new-tab', URL], [URL]],
  ['chromium', ['--no-first-run', `--app=${URL}`, 'HTTP://two.example'], [URL, 'HTTP://two.example']],
  ['open', ['-a', 'Some Browser', URL], [URL]],
  ['xdg-open', [HOSTILE], [ENCODED]],
  ['xdg-open', ['https://é.example/ü'], ['https://é.example/ü']],
  ['xdg-open', ['report.pdf', 'file:///etc/passwd', 'javascript:alert(1)', 'https://'], []],
  ['xdg-open', [], []],
]

interface Place {
  readonly host: Host
  /** Has a blank and a quote in its name. */
  readonly directory: string
  readonly stubs: string
  readonly log: string
}

async function inPlace(host: Host, work: (place: Place) => Promise<void>): Promise<void> {
  const directory = `${host.facts.home}/.x-shims-${process.pid} it's`
  await host.files.makeDirectory(directory)
  try {
    await work({ host, directory, stubs: `${directory}/stubs`, log: `${directory}/agent.log` })
  } finally {
    await host.files.remove(directory)
  }
}

describe('browsers are redirected', () => {
  let sshd: SshdFixture
  beforeAll(async () => {
    sshd = await openSshd({ tools: 'busybox' })
  })
  afterAll(async () => {
    await sshd[Symbol.asyncDispose]()
  })

  test.each([
    ['here', () => openLocalHost()],
    ['on a worker of busybox', () => openSshHost(sshd.target, sshd.options)],
  ])('%s: what was called arrives through the log', async (_name, open) => {
    await using host = await open()
    await inPlace(host, async ({ directory, stubs, log }) => {
      const shims = await installBrowserShims(host, { directory: stubs, log, mode: 'redirect' })
      expect(shims?.env.PATH).toBe(`${stubs}:${host.facts.env.PATH}`)
      expect(await host.files.list(stubs)).toEqual([...BROWSER_STUBS].sort())
      await host.files.write(log, 'half a line')
      for (const [name, args, urls] of CALLS) {
        const before = (await host.files.readText(log)).length
        const called = await host.exec([`${stubs}/${name}`, ...args], {
          cwd: directory,
          env: { ...shims?.env },
        })
        expect(called).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
        const lines = (await host.files.readText(log)).slice(before).trim().split('\n')
        const told = lines.filter((line) => line !== '').map((line) => parseKeywordLine(line, features))
        expect(told).toEqual(urls.map((url) => ({ type: 'browser', url })))
      }
    })
  })
})

describe('here', () => {
  test('each of the programs is found first, runs, and tells what it got', async () => {
    await using host = await openLocalHost()
    await inPlace(host, async ({ directory, stubs, log }) => {
      const shims = await installBrowserShims(host, { directory: stubs, log, mode: 'redirect' })
      const env = { ...shims?.env }
      const script = `for name do "$name" open "https://$name.example"; done; $BROWSER https://browser.example`
      const { exitCode } = await host.exec(['sh', '-c', script, 'sh', ...BROWSER_STUBS], {
        cwd: directory,
        env,
      })
      expect(exitCode).toBe(0)
      const urls = [...BROWSER_STUBS, 'browser'].map((name) => `BROWSER: https://${name}.example\n`)
      expect(await readFile(log, 'utf8')).toBe(urls.join(''))
    })
  })

  test('nothing is written to be ignored, and nothing is said when suppressed', async () => {
    await using host = await openLocalHost()
    await inPlace(host, async ({ directory, stubs, log }) => {
      expect(await installBrowserShims(host, { directory: stubs, log, mode: 'ignore' })).toBeUndefined()
      expect(await readdir(directory)).toEqual([])
      const shims = await installBrowserShims(host, { directory: stubs, log, mode: 'suppress' })
      const env = { ...shims?.env }
      for (const name of BROWSER_STUBS) {
        await access(path.join(stubs, name), constants.X_OK)
        expect(await host.exec([name, 'open', URL], { cwd: directory, env })).toMatchObject({
          exitCode: 0,
          stdout: '',
        })
      }
      expect(await readdir(directory)).toEqual(['stubs'])
    })
  })

  test.each(['suppress', 'redirect'] as const)('what opens no window is left alone: %s', async (mode) => {
    await using real = await privateDirectory()
    await mkdir(path.join(real.path, 'bin'))
    for (const name of ['gio', 'chromium']) {
      const program = path.join(real.path, 'bin', name)
      await writeFile(program, '#!/bin/sh\necho "real $*"\n')
      await chmod(program, 0o755)
    }
    await using host = await openLocalHost()
    await inPlace(host, async ({ directory, stubs, log }) => {
      const found = { PATH: `${real.path}/bin:/usr/bin:/bin`, DISPLAY: ':7' }
      const shims = await installBrowserShims(host, { directory: stubs, log, mode, env: found })
      expect(shims?.env).toMatchObject({ PATH: `${stubs}:${found.PATH}`, DISPLAY: ':7' })
      const env = { ...shims?.env }
      const run = async (...argv: string[]) => (await host.exec(argv, { cwd: directory, env })).stdout
      expect(await run('gio', 'info', URL)).toBe(`real info ${URL}\n`)
      expect(await run('chromium', '--headless=new', URL)).toBe(`real --headless=new ${URL}\n`)
      expect(await readdir(directory)).toEqual(['stubs'])
    })
  })

  test('a program learns when nobody can be told', async () => {
    await using host = await openLocalHost()
    await inPlace(host, async ({ directory, stubs }) => {
      const log = `${directory}/missing/agent.log`
      const shims = await installBrowserShims(host, { directory: stubs, log, mode: 'redirect' })
      const env = { ...shims?.env }
      const called = await host.exec(['xdg-open', URL], { cwd: directory, env })
      expect(called).toMatchObject({ exitCode: 1, stdout: '' })
    })
  })

  test('a directory that no PATH can hold is a mistake', async () => {
    await using host = await openLocalHost()
    const options = { directory: '/a:b', log: '/c', mode: 'suppress' } as const
    await expect(installBrowserShims(host, options)).rejects.toThrow(TypeError)
  })
})
