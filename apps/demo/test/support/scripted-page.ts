import { fileURLToPath } from 'node:url'
import { openChromium } from '@x/fixtures'
import type { SessionSummary } from '@x/agents/conversation'
import type { SeedDirectory, SessionDirectory } from '@x/runner'
import { openHttpServer } from '@x/runner/http'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import type { ScriptedConversation } from './scripted-conversation.ts'

const WEB_ROOT = fileURLToPath(new URL('../../dist/web', import.meta.url))

/** Sessions that nobody starts or ends: each is a conversation that a test has written. */
class ScriptedSessions implements SessionDirectory {
  readonly conversations: ReadonlyMap<string, ScriptedConversation>
  private readonly listeners = new Set<() => void>()

  constructor(conversations: Readonly<Record<string, ScriptedConversation>>) {
    this.conversations = new Map(Object.entries(conversations))
  }

  list(): readonly SessionSummary[] {
    return [...this.conversations].map(([id, { state }], index) => ({
      id,
      title: `The session ${id}`,
      directory: state.cwd,
      createdAt: Date.now() - (index + 1) * 60_000,
      status: {
        state: 'ready',
        turn: state.turns.at(-1)?.status === 'in-progress' ? 'running' : 'idle',
        needsYou: state.approvals.length + state.questions.length,
      },
    }))
  }

  /** The list is told anew. */
  change(): void {
    for (const listener of this.listeners) listener()
  }

  onChange(listener: () => void): Disposable {
    this.listeners.add(listener)
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) }
  }

  conversation(id: string): ScriptedConversation | undefined {
    return this.conversations.get(id)
  }

  async terminal(): Promise<undefined> {
    return undefined
  }

  async create(): Promise<never> {
    throw new Error('nothing is made here')
  }

  async resume(): Promise<boolean> {
    return true
  }

  async end(): Promise<boolean> {
    return true
  }
}

export interface ScriptedPage extends AsyncDisposable {
  readonly context: BrowserContext
  readonly page: Page
  readonly sessions: ScriptedSessions
  readonly origin: string
  /** What the page has asked other machines for. */
  readonly strayRequests: readonly string[]
  /** What the browser has complained of: errors, and what its policy has kept from happening. */
  readonly complaints: readonly string[]
  /** Logs in once more, for another window. */
  open(options?: BrowserContextOptions): Promise<Page>
}

/** The built page on the real server, in a browser, logged in, at the first of the conversations. A browser that is given stays open. */
export async function openScriptedPage(
  conversations: Readonly<Record<string, ScriptedConversation>>,
  options: BrowserContextOptions = {},
  browser?: Browser,
  seeds?: SeedDirectory,
): Promise<ScriptedPage> {
  const sessions = new ScriptedSessions(conversations)
  const server = await openHttpServer({
    sessions,
    ...(seeds && { seeds }),
    usualLogin: 'the offline model',
    webRoot: WEB_ROOT,
    port: 0,
    instance: '0123abcd',
    cookies: { read: async () => [], write: async () => undefined },
  })
  const own = browser ?? (await openChromium())
  const contexts: BrowserContext[] = []
  const strayRequests: string[] = []
  const complaints: string[] = []
  const [first = ''] = Object.keys(conversations)
  const open = async (more: BrowserContextOptions): Promise<Page> => {
    const context = await own.newContext(more)
    contexts.push(context)
    const page = await context.newPage()
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) strayRequests.push(request.url())
    })
    await page.exposeFunction('onViolation', (what: string) => void complaints.push(what))
    await page.addInitScript(
      `addEventListener('securitypolicyviolation', (event) => onViolation('policy: ' + event.violatedDirective + ' ' + event.blockedURI))`,
    )
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    await page.goto(`${server.url}/#token=${server.issueToken()}&s=${first}`)
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
    return page
  }
  const page = await open(options)
  return {
    context: page.context(),
    page,
    sessions,
    origin: server.url,
    strayRequests,
    complaints,
    open: (more = {}) => open(more),
    async [Symbol.asyncDispose]() {
      await Promise.all(contexts.map((context) => context.close()))
      if (!browser) await own.close()
      await server.close()
    },
  }
}
