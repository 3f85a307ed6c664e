// A process with a broker, whose store fails now and then, and which kills itself where it is told to.
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { openBroker, type Broker } from '@x/agents/broker'
import { createChatGptProvider } from '@x/codex'
import { OWNER } from '../logins/stored-login.ts'
import { sayLine } from '../stores/program.ts'
import { openPlace } from '../stores/store-place.ts'
import { failingStore } from './failing-store.ts'
import {
  LOCK_MS,
  type DeathStep,
  type OrchestratorErrand,
  type OrchestratorLine,
  type OrchestratorTask,
} from './orchestrator-errand.ts'

const errand = JSON.parse(process.argv[2] ?? '{}') as OrchestratorErrand
const say = (line: OrchestratorLine): void => sayLine(line)
let deathStep: DeathStep | undefined

function dieAt(step: DeathStep): void {
  if (step === deathStep) process.kill(process.pid, 'SIGKILL')
}

async function main(): Promise<void> {
  await using store = await openPlace(errand.place)
  const flawed = failingStore(store, { ...errand, onMarked: () => dieAt('marked') })
  await using broker = await openBroker({
    ...LOCK_MS,
    store: flawed,
    providers: { codex: createChatGptProvider({ tokenUrl: errand.tokenUrl }) },
    freshMs: 0,
    waitMs: 3_000,
    rate: { burst: 1_000, perSecond: 1_000 },
    onStep: dieAt,
  })
  say({ ready: broker.url })
  for await (const line of createInterface({ input: process.stdin })) {
    const task = JSON.parse(line) as OrchestratorTask
    if (task.do === 'die') deathStep = task.at
    else await issue(broker, task)
  }
}

/** Until it works: its store fails too. */
async function issue(broker: Broker, task: Extract<OrchestratorTask, { do: 'issue' }>): Promise<void> {
  const { seedId, session } = task
  for (let tries = 0; ; tries += 1) {
    try {
      const { handle } = await broker.issue({ owner: OWNER, seedId, session })
      say({ issued: session, handle })
      return
    } catch (error) {
      if (tries === 50) {
        say({ failed: String(error) })
        return
      }
      await delay(20)
    }
  }
}

await main()
