import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { privateDirectory } from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import type { AgentSender, OutgoingMessage } from '../../src/driver/agent-sender.ts'
import { runAgentSession } from '../../src/driver/run-agent-session.ts'
import type { AgentSessionOptions } from '../../src/driver/session-options.ts'
import type { SessionOutcome } from '../../src/driver/session-outcome.ts'
import { openSqliteStore } from '../../src/sqlite/open-sqlite-store.ts'
import type { Json } from '../../src/store/json.ts'
import type { Store } from '../../src/store/store.ts'
import { StageKeys } from '../../src/testing/store-contract-stage.ts'

export const OWNER = 'ada'

/** A real host and a real store for the cases of one file. */
export interface DriverStage extends AsyncDisposable {
  readonly host: Host
  readonly store: Store
  readonly openAgain: () => Promise<Store>
  /** A place for one case. */
  readonly place: () => Promise<Place>
}

export interface Place {
  /** The work directory; nothing is there yet. */
  readonly directory: string
  readonly taskId: string
  readonly inbox: Inbox
  readonly session: (options: Partial<AgentSessionOptions<Json>>) => Promise<SessionOutcome>
  /** Runs a script in the work directory until it ends or is told to end. */
  readonly script: (text: string) => AgentSessionOptions<Json>['body']
  readonly textOf: (name: string) => Promise<string>
}

/** What an agent was sent, as its wrapper would keep it. */
export class Inbox implements AgentSender {
  readonly messages: OutgoingMessage[] = []
  readonly asked: string[] = []

  async send(message: OutgoingMessage): Promise<void> {
    this.messages.push(message)
    await Promise.resolve()
  }

  async wasSent(clientId: string): Promise<boolean> {
    this.asked.push(clientId)
    return Promise.resolve(this.messages.some((message) => message.clientId === clientId))
  }

  get texts(): readonly string[] {
    return this.messages.map(({ text }) => text)
  }
}

export async function openDriverStage(): Promise<DriverStage> {
  const directory = await privateDirectory()
  const host = await openLocalHost()
  const keys = new StageKeys()
  const opened: Store[] = []
  const openAgain = async (): Promise<Store> => {
    const store = await openSqliteStore({ path: path.join(directory.path, 'store.sqlite'), keys })
    opened.push(store)
    return store
  }
  const store = await openAgain()
  let places = 0
  return {
    host,
    store,
    openAgain,
    async place() {
      const taskId = `task-${(places += 1)}`
      const task = path.join(directory.path, taskId)
      await mkdir(task)
      return placeIn(path.join(task, 'work'), taskId, { host, store })
    },
    async [Symbol.asyncDispose]() {
      for (const one of opened) await one.close()
      await host.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}

function placeIn(
  directory: string,
  taskId: string,
  { host, store }: Pick<DriverStage, 'host' | 'store'>,
): Place {
  const inbox = new Inbox()
  return {
    directory,
    taskId,
    inbox,
    session: (options) =>
      runAgentSession({
        host,
        store,
        directory,
        task: { owner: OWNER, taskId },
        features: { keywords: true },
        sender: inbox,
        body: () => Promise.resolve(),
        ...options,
      }),
    script:
      (text) =>
      async (context, { signal }) => {
        await context.run(['sh', '-c', text], { signal })
      },
    textOf: (name) => readFile(path.join(directory, name), 'utf8'),
  }
}
