// A process with real Codex sessions on stored logins, which is killed at any time.
import { createInterface } from 'node:readline'
import { openBroker, type Broker } from '@x/agents/broker'
import { createSeeds } from '@x/agents/seeds'
import { StoreError, type Store } from '@x/agents/store'
import {
  codexSeedManifest,
  createChatGptProvider,
  openCodexLogins,
  openSession,
  type Session,
} from '@x/codex'
import { openLocalHost, type Host } from '@x/host'
import { OWNER, storedLogin } from '../logins/stored-login.ts'
import { sayLine } from '../stores/program.ts'
import { openPlace } from '../stores/store-place.ts'
import { LOCK_MS, type CodexErrand, type CodexLine, type CodexTask } from './errand.ts'

const errand = JSON.parse(process.argv[2] ?? '{}') as CodexErrand
const say = (line: CodexLine): void => sayLine(line)
const sessions = new Map<string, Promise<Session>>()

async function main(): Promise<void> {
  await using store = await openPlace(errand.place)
  const seeds = createSeeds({ store: flawed(store), manifests: [codexSeedManifest] })
  await using broker = await openBroker({
    ...LOCK_MS,
    store,
    providers: { codex: createChatGptProvider({ tokenUrl: errand.tokenUrl }) },
    freshMs: 0,
    waitMs: 3_000,
    rate: { burst: 1_000, perSecond: 1_000 },
  })
  await using logins = await openCodexLogins({
    store,
    seeds,
    broker: leaking(broker, store),
    owner: OWNER,
    leaseMs: 4_000,
  })
  await using host = await openLocalHost()
  const worker = errand.mode === 'planted' ? renewingAt(host, errand.tokenUrl) : host
  const open = (taskId: string, seedId: string): Promise<Session> => {
    const login = logins.use({ seedId }, { mode: errand.mode, modelBaseUrl: errand.modelUrl })
    const { stateDir, binary, version } = errand
    return openSession({ host: worker, stateDir, binary, version, taskId, login, approvals: 'never' })
  }
  say({ ready: true })
  for await (const line of createInterface({ input: process.stdin })) {
    const task = JSON.parse(line) as CodexTask
    if (task.do === 'open') void opened(task.taskId, () => open(task.taskId, task.seedId))
    else if (task.do === 'send') void send(task.taskId, task.n)
    else await close()
  }
}

async function opened(taskId: string, open: () => Promise<Session>): Promise<void> {
  const opening = sessions.get(taskId) ?? open()
  sessions.set(taskId, opening)
  try {
    const session = await opening
    await session.ready
    void session.closed.then(() => sessions.delete(taskId))
    say({ opened: taskId })
  } catch (error) {
    sessions.delete(taskId)
    say({ opened: taskId, fault: String(error) })
  }
}

async function send(taskId: string, n: number): Promise<void> {
  try {
    const session = await sessions.get(taskId)
    const result = await session?.conversation.send(`hello ${n}`).result
    say({ answered: taskId, n, status: result?.status ?? 'no session' })
  } catch (error) {
    say({ answered: taskId, n, status: String(error) })
  }
}

async function close(): Promise<void> {
  const ended = await Promise.allSettled(
    [...sessions.values()].map(async (session) => (await session).close()),
  )
  const faults = ended.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []))
  say({ closed: true, faults })
}

/** Codex renews what is planted by itself; here it does so where the drill counts. */
function renewingAt(host: Host, tokenUrl: string): Host {
  const environment = { CODEX_REFRESH_TOKEN_URL_OVERRIDE: tokenUrl }
  return new Proxy(host, {
    get(target, name) {
      if (name === 'spawnDetached')
        return (...[argv, options]: Parameters<Host['spawnDetached']>) =>
          target.spawnDetached(argv, { ...options, env: { ...options.env, ...environment } })
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** Sabotage: what Codex has renewed is not saved. */
function flawed(store: Store): Store {
  if (!errand.sabotage || errand.mode !== 'planted') return store
  const replace = (): Promise<never> => Promise.reject(new StoreError('unreachable', 'sabotage'))
  return { ...store, seeds: { ...store.seeds, replace } }
}

/** Sabotage: what should never leave the broker stands where the handle stood. */
function leaking(broker: Broker, store: Store): Broker {
  if (!errand.sabotage || errand.mode !== 'brokered') return broker
  return {
    ...broker,
    issue: async (session) => ({
      ...(await broker.issue(session)),
      handle: (await storedLogin(store, session.seedId)).refreshToken,
    }),
  }
}

await main()
