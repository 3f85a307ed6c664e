import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openBroker } from '@x/agents/broker'
import { createSeeds } from '@x/agents/seeds'
import { openSqliteStore } from '@x/agents/sqlite'
import { openKeyDirectory } from '@x/agents/store'
import { connect, openLineChannel } from '@x/codex-appserver'
import { codexBinary, CODEX_VERSIONS, issuedAuth, openTokenEndpoint, privateDirectory } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { describe, expect, test } from 'vitest'
import { createChatGptProvider } from '../../src/login/chatgpt-provider.ts'
import { codexSeedManifest } from '../../src/login/codex-seed-manifest.ts'
import { parseAuthFile } from '../../src/login/parse-auth-file.ts'
import { renderBrokeredAuth } from '../../src/login/render-brokered-auth.ts'

const OWNER = 'ada'
const claims = {
  email: 'ada@example.com',
  'https://api.openai.com/auth': {
    chatgpt_plan_type: 'pro',
    chatgpt_account_id: 'account-1',
    chatgpt_user_id: 'user-1',
  },
}

/** An app-server whose logins are renewed at `tokenUrl`. */
async function openCodex(binary: string, home: string, tokenUrl: string) {
  const child = spawn(binary, ['app-server'], {
    cwd: home,
    env: {
      PATH: process.env['PATH'],
      HOME: home,
      CODEX_HOME: path.join(home, '.codex'),
      CODEX_REFRESH_TOKEN_URL_OVERRIDE: tokenUrl,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const channel = openLineChannel({ readable: child.stdout, writable: child.stdin })
  const client = await connect(channel, { clientInfo: { name: 'test', version: '0' } })
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.close()
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

function expectNoWorkspace(error: unknown): void {
  expect(String(error)).toContain('workspace routing discovery')
}

describe.each(CODEX_VERSIONS)('Codex %s with a brokered login', (version) => {
  test('renews through the broker, and never has what renews the login', async () => {
    await using directory = await privateDirectory()
    const at = (name: string): string => path.join(directory.path, name)
    const binary = codexBinary(version)
    await using endpoint = await openTokenEndpoint({ claims })
    await using store = await openSqliteStore({
      path: at('store/store.sqlite'),
      keys: openKeyDirectory({ path: at('keys') }),
    })
    const login = endpoint.login()
    const auth = issuedAuth(login)
    await mkdir(at('first/.codex'), { recursive: true })
    await writeFile(at('first/.codex/auth.json'), JSON.stringify(auth), { mode: 0o600 })
    await using host = await openLocalHost()
    const seeds = createSeeds({ store, manifests: [codexSeedManifest] })
    const home = at('first')
    const seed = await seeds.capture({ host, home, owner: OWNER, name: 'work', agent: 'codex' })

    const providers = { codex: createChatGptProvider({ tokenUrl: endpoint.url }) }
    await using broker = await openBroker({ store, providers, freshMs: 0 })
    const session = { owner: OWNER, seedId: seed.seedId, session: 's1' }
    const grant = await broker.issue(session)
    const file = at('home/.codex/auth.json')
    await mkdir(path.dirname(file), { recursive: true })
    const planted = renderBrokeredAuth(Buffer.from(JSON.stringify(auth)), grant, Date.now())
    await writeFile(file, planted, { mode: 0o600 })
    // Nothing of a test leaves this machine.
    await writeFile(at('home/.codex/config.toml'), 'chatgpt_base_url = "http://127.0.0.1:9"\n')

    await using codex = await openCodex(binary, at('home'), broker.url)
    // 0.169.0 asks ChatGPT itself after it has renewed, which nobody plays here, and then says that this has failed.
    await codex.client.request('account/read', { refreshToken: true }).catch(expectNoWorkspace)
    const renewed = parseAuthFile(await readFile(file))
    if (renewed.kind !== 'chatgpt') throw new Error('expected a ChatGPT login')
    expect(renewed.refreshToken).toBe(grant.handle)
    expect(renewed.accessToken).not.toBe(grant.accessToken)
    expect(endpoint.commitsOf(login.family)).toBe(1)
    expect(endpoint.ledger[0]).toMatchObject({ keys: ['client_id', 'grant_type', 'refresh_token'] })

    // A session that has ended gets nothing, and the login is none the worse.
    await broker.revoke({ owner: OWNER, session: 's1' })
    await codex.client.request('account/read', { refreshToken: true }).catch(() => undefined)
    expect(endpoint.commitsOf(login.family)).toBe(1)
    expect(endpoint.ledger.every(({ outcome }) => outcome === 'committed')).toBe(true)
    expect((await store.seeds.get(session)).refresh.state).toBe('idle')
  })
})
