import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import {
  CODEX_VERSIONS,
  codexBinary,
  openChromium,
  openSshd,
  privateDirectory,
  processesOf,
  type SshdFixture,
} from '@x/fixtures'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Product, type Started } from './support/product.ts'
import { SessionPage } from './support/session-page.ts'

const run = promisify(execFile)

/** A home directory whose `ssh worker` gets to the server without a question. */
function homeWithAlias(directory: string, sshd: SshdFixture): string {
  mkdirSync(path.join(directory, '.ssh'), { recursive: true, mode: 0o700 })
  const lines = [
    'Host worker',
    '  HostName 127.0.0.1',
    `  Port ${sshd.port}`,
    `  User ${sshd.user}`,
    `  IdentityFile ${sshd.identityFile}`,
    '  IdentityAgent none',
    `  UserKnownHostsFile ${sshd.knownHostsFile}`,
  ]
  writeFileSync(path.join(directory, '.ssh/config'), `${lines.join('\n')}\n`, { mode: 0o600 })
  return directory
}

/** What this machine has of Codex, as the worker would have fetched it. */
async function installCodex(sshd: SshdFixture, version: (typeof CODEX_VERSIONS)[number]): Promise<void> {
  const there = path.join(sshd.home, '.cache/x/codex')
  mkdirSync(there, { recursive: true })
  await run('cp', ['-a', path.dirname(path.dirname(codexBinary(version))), path.join(there, version)])
  const { uid, gid } = statSync(sshd.home)
  await run('chown', ['-R', `${uid}:${gid}`, path.join(sshd.home, '.cache')])
}

describe.each(CODEX_VERSIONS)('a person, the page, and Codex %s on a worker behind SSH', (version) => {
  let state: Awaited<ReturnType<typeof privateDirectory>>
  let sshd: SshdFixture
  let product: Product
  let started: Started
  let browser: Browser
  let context: BrowserContext
  let session: SessionPage
  let turns = 0
  const tasks = (): string => path.join(sshd.home, '.local/state/x/tasks')

  beforeAll(async () => {
    state = await privateDirectory()
    sshd = await openSshd()
    await installCodex(sshd, version)
    product = new Product(path.join(state.path, 'x'), {
      HOME: homeWithAlias(path.join(state.path, 'home'), sshd),
      X_WORKER: 'worker',
      X_CODEX_VERSION: version,
    })
    browser = await openChromium()
    started = await product.start()
    context = await browser.newContext()
    session = await SessionPage.open(context, started.url)
  })

  afterAll(async () => {
    await browser.close()
    await product[Symbol.asyncDispose]()
    await sshd[Symbol.asyncDispose]()
    await state[Symbol.asyncDispose]()
  })

  async function ask(text: string) {
    await session.say(text)
    turns += 1
    return session.turn(turns)
  }

  test('a command is approved, and runs there', async () => {
    const turn = await ask('run: touch hello.txt; id -un')
    await session.approval.waitFor()
    const [task = ''] = readdirSync(tasks())
    const made = path.join(tasks(), task, 'work/hello.txt')
    expect(existsSync(made)).toBe(false)
    await session.page.getByRole('button', { name: 'Approve once' }).click()
    await session.ended(turn, 'completed')
    expect(existsSync(made)).toBe(true)
    expect(await turn.locator('[data-item-type="agent-message"]').last().innerText()).toContain(sshd.user)
    // Nothing of the session lies here.
    expect(existsSync(path.join(product.stateDir, 'tasks'))).toBe(false)
  })

  test('the way there is cut in a turn: the answer is whole', async () => {
    const turn = await ask('slow: 5')
    await turn.locator('[data-item-type="agent-message"]').waitFor()
    sshd.cut()
    await session.ended(turn, 'completed')
    const answers = turn.locator('[data-item-type="agent-message"]')
    expect(await answers.count()).toBe(1)
    expect(await answers.innerText()).toContain('That was the slow answer.')
  })

  test('the server is killed in a turn; the page finds the same turn, and its answer is whole', async () => {
    const turn = await ask('slow: 10')
    await turn.locator('[data-item-type="agent-message"]').waitFor()
    const turnId = await turn.getAttribute('data-turn-id')
    await product.killServer(started)
    await session.page.locator('[data-connection="reconnecting"]').waitFor()
    started = await product.start()
    await session.page.locator('[data-connection="live"]').waitFor({ timeout: 60_000 })
    const again = await session.turn(turns)
    expect(await again.getAttribute('data-turn-id')).toBe(turnId)
    await session.ended(again, 'completed')
    expect(await again.locator('[data-item-type="agent-message"]').count()).toBe(1)
    expect(await again.innerText()).toContain('That was the slow answer.')
    // The model is reached by the port that the worker had before.
    await session.ended(await ask('and on it goes'), 'completed')
  })

  test('npm stop ends what runs there too', async () => {
    const turn = await ask('slow: 60')
    await turn.locator('[data-item-type="agent-message"]').waitFor()
    expect(processesOf(tasks()).length).toBeGreaterThan(0)
    expect(await product.stop()).toBe(0)
    expect(processesOf(tasks())).toEqual([])
    expect(processesOf(product.stateDir)).toEqual([])
    expect(readdirSync(path.join(sshd.home, '.local/state/x/s'))).toEqual([])
  })
})
