import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openChromium, privateDirectory, processesOf } from '@x/fixtures'
import { openResponsesServer } from '@x/responses'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Product } from './support/product.ts'
import { SessionPage } from './support/session-page.ts'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))
/** Nobody listens there: the discard port of a machine without that service. */
const NOBODY = 'http://127.0.0.1:9'

describe('what goes wrong is said with cause and remedy', () => {
  let browser: Browser
  let scratch: Awaited<ReturnType<typeof privateDirectory>>

  beforeAll(async () => {
    browser = await openChromium()
    scratch = await privateDirectory()
  })

  afterAll(async () => {
    await browser.close()
    expect(processesOf(scratch.path)).toEqual([])
    await scratch[Symbol.asyncDispose]()
  })

  test("a person's own endpoint answers with the right key, which is in no environment", async () => {
    await using model = await openResponsesServer({ apiKey: 'sk-right' })
    await using product = new Product(path.join(scratch.path, 'right'), {
      X_MODEL_BASE_URL: model.url,
      X_MODEL_KEY: 'sk-right',
    })
    const session = await SessionPage.open(browser, (await product.start()).url)
    await session.say('hello')
    await session.ended(await session.turn(1), 'completed')
    await session.page.close()
  })

  test('a wrong key fails the turn, and the page says where to look', async () => {
    await using model = await openResponsesServer({ apiKey: 'sk-right' })
    await using product = new Product(path.join(scratch.path, 'wrong'), {
      X_MODEL_BASE_URL: model.url,
      X_MODEL_KEY: 'sk-wrong',
    })
    const session = await SessionPage.open(browser, (await product.start()).url)
    await session.say('hello')
    const turn = await session.turn(1)
    await session.ended(turn, 'failed')
    expect(await turn.innerText()).toMatch(/key or login was refused/)
    expect(await session.page.locator('body').innerText()).not.toContain('sk-wrong')
    await session.page.close()
  })

  test('an endpoint that does not answer is a state that a person can end', async () => {
    await using product = new Product(path.join(scratch.path, 'nobody'), { X_MODEL_BASE_URL: `${NOBODY}/v1` })
    const session = await SessionPage.open(browser, (await product.start()).url)
    await session.say('hello')
    const turn = await session.turn(1)
    const waiting = turn.locator('[data-turn-waiting="true"]')
    await waiting.waitFor({ timeout: 60_000 })
    expect(await waiting.innerText()).toMatch(/network|connect/i)
    await session.page.getByRole('button', { name: 'Stop' }).first().click()
    await session.ended(turn, 'interrupted')
    await session.page.close()
  })

  test('without Codex and without a registry the page says so', async () => {
    const cache = path.join(scratch.path, 'cache')
    mkdirSync(cache)
    await using product = new Product(path.join(scratch.path, 'missing'), {
      X_CACHE_DIR: cache,
      npm_config_registry: NOBODY,
      npm_config_fetch_retries: '0',
    })
    const page = await browser.newPage()
    await page.goto((await product.start()).url)
    const alert = page.getByRole('alert')
    await alert.waitFor({ timeout: 60_000 })
    expect(await alert.innerText()).toMatch(/npm could not fetch[^]*npm config get registry/)
    await page.close()
  })

  test('a port in use is named', async () => {
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const { port } = squatter.address() as { port: number }
    const said = await fails(path.join(scratch.path, 'port'), [
      process.execPath,
      MAIN,
      'start',
      '--no-open',
      '--port',
      String(port),
    ])
    expect(said).toMatch(new RegExp(`${String(port)}[^]*--port`))
    squatter.close()
  })

  test('a full disk is named', async () => {
    const small = path.join(scratch.path, 'small')
    mkdirSync(small)
    // A file system of 16 KiB that only this command sees.
    const script =
      'mount -t tmpfs -o size=16k tmpfs "$1" && head -c 20000 /dev/zero > "$1/fill" 2>/dev/null; exec "$2" "$3" start --no-open'
    const said = await fails(path.join(small, 'x'), [
      'unshare',
      '-Urm',
      'sh',
      '-c',
      script,
      'sh',
      small,
      process.execPath,
      MAIN,
    ])
    expect(said).toMatch(/disk is full[^]*Free some space/)
  })
})

/** Runs a command that must fail with status 1. @returns what it said on stderr */
async function fails(stateDir: string, [program = '', ...args]: readonly string[]): Promise<string> {
  const env = { ...process.env, MONGODB_URI: '', X_STATE_DIR: stateDir }
  const error = await promisify(execFile)(program, args, { env, timeout: 60_000 }).then(
    () => undefined,
    (cause: unknown) => cause as { readonly code: number; readonly stderr: string },
  )
  expect(error?.code).toBe(1)
  expect(error?.stderr).not.toMatch(/^\s+at /m)
  return error?.stderr ?? ''
}
