import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openLoginIssuer, openMongoServer, privateDirectory } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { expect, test } from 'vitest'
import { readEnvironment } from '../src/env.ts'
import { openInstancePaths } from '../src/instance/instance-paths.ts'
import { KeptSeeds } from '../src/logins/kept-seeds.ts'
import { openLogins, OWNER } from '../src/logins/open-logins.ts'
import { ScriptedConversation } from './support/scripted-conversation.ts'
import { openScriptedPage } from './support/scripted-page.ts'

const PASSPHRASE = 'correct horse battery'

test(
  'logins lie in MongoDB where that is said; a login is cancelled; one is saved as a file and comes back from it',
  { timeout: 240_000 },
  async () => {
    await using server = await openMongoServer()
    await using issuer = await openLoginIssuer()
    await using directory = await privateDirectory()
    await using host = await openLocalHost()
    const paths = await openInstancePaths(host, path.join(directory.path, 'x'))
    const environment = readEnvironment({
      MONGODB_URI: `${server.url}/x-demo`,
      X_KEYS_DIR: path.join(directory.path, 'keys'),
    })
    const output = { say: () => undefined, result: () => undefined, fail: () => undefined }
    const open = () => openLogins({ host, environment, output }, paths, undefined)
    await using logins = await open()
    const home = path.join(directory.path, 'home')
    await mkdir(path.join(home, '.codex'), { recursive: true, mode: 0o700 })
    await writeFile(
      path.join(home, '.codex/auth.json'),
      '{"auth_mode":"apikey","OPENAI_API_KEY":"sk-billing"}',
    )
    await logins.seeds.capture({ host, home, owner: OWNER, name: 'billing', agent: 'codex' })
    const errors: unknown[] = []
    const seeds = new KeptSeeds({
      logins,
      host,
      stateDir: paths.stateDir,
      cacheDir: undefined,
      version: undefined,
      issuer: issuer.url,
      titleOf: () => undefined,
      onError: (error) => void errors.push(error),
    })
    await seeds.open()
    await using it = await openScriptedPage({ a: new ScriptedConversation() }, {}, undefined, seeds)
    const { page } = it
    await page.evaluate('document.activeElement?.blur()')
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    const region = page.getByRole('region', { name: 'Seeds', exact: true })
    const row = region.getByRole('listitem', { name: 'billing', exact: true })
    const button = (name: string) => region.getByRole('button', { name, exact: true })
    await row.waitFor()

    // Somebody begins to log in, and thinks better of it.
    await button('Log in with a code').click()
    const attempt = region.getByRole('region', { name: 'Log in', exact: true })
    await attempt.getByLabel('Code', { exact: true }).waitFor({ timeout: 120_000 })
    await attempt.getByRole('button', { name: 'Cancel', exact: true }).click()
    await attempt.waitFor({ state: 'detached' })
    expect(seeds.logins()).toEqual([])

    await row.getByRole('button', { name: 'Export', exact: true }).click()
    await row.getByLabel('Passphrase for the file').fill(PASSPHRASE)
    const downloading = page.waitForEvent('download')
    await row.getByRole('button', { name: 'Save the file', exact: true }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toBe('billing.x-export')
    const file = path.join(directory.path, 'billing.x-export')
    await download.saveAs(file)
    expect((await readFile(file)).includes('sk-billing')).toBe(false)

    await row.getByRole('button', { name: 'Delete', exact: true }).click()
    await row.locator('.x-danger').click()
    await row.waitFor({ state: 'detached' })
    await button('Import').click()
    const form = region.getByRole('form', { name: 'Import' })
    await form.getByLabel('Exported file').setInputFiles(file)
    await form.getByLabel('Its passphrase').fill('another passphrase')
    await form.getByRole('button', { name: 'Import', exact: true }).click()
    await form
      .getByText(/passphrase/i)
      .nth(1)
      .waitFor()
    await expect.poll(() => row.count()).toBe(0)
    await form.getByLabel('Its passphrase').fill(PASSPHRASE)
    await form.getByRole('button', { name: 'Import', exact: true }).click()
    await row.waitFor()
    await form.waitFor({ state: 'detached' })

    // It is there for the next process too.
    await using again = await open()
    const listed = await again.seeds.list({ owner: OWNER })
    expect(listed).toMatchObject([{ name: 'billing', account: { method: 'api-key' } }])
    const files = await again.seeds.read(listed[0]!)
    expect(Buffer.from(files.get('.codex/auth.json')!).toString()).toContain('sk-billing')
    await seeds.close()
    expect(errors).toEqual([])
  },
)
