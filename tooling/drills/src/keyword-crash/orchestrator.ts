// A process that drives the agent of the drill: one that it starts, or that an earlier one has started.
import { appendFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { runAgentSession, type AgentSender, type SessionContext } from '@x/agents'
import type { Store } from '@x/agents/store'
import { HostError, openLocalHost, type DetachedProcess } from '@x/host'
import { sayLine } from '../stores/program.ts'
import { openPlace } from '../stores/store-place.ts'
import {
  CALLS,
  INBOX,
  OWNER,
  type Call,
  type Death,
  type OrchestratorErrand,
  type Sent,
} from './orchestrator-errand.ts'

const errand = JSON.parse(process.argv[2] ?? '{}') as OrchestratorErrand
const { directory, taskId, orchestrator } = errand
const calls = path.join(directory, CALLS)
const inbox = path.join(directory, INBOX)

/** Each line in one call to the system, so that none is ever torn. */
function note(call: Call): void {
  appendFileSync(calls, `${JSON.stringify(call)}\n`)
  dieIn('callback')
}

let passed = 0

function dieIn(where: Death['where']): void {
  if (errand.death?.where !== where) return
  passed += 1
  if (passed === errand.death.after) process.kill(process.pid, 'SIGKILL')
}

const sender: AgentSender = {
  async send({ clientId, text }) {
    appendFileSync(inbox, `${JSON.stringify({ clientId, text } satisfies Sent)}\n`)
    dieIn('send')
    await Promise.resolve()
  },
  wasSent: (clientId) => Promise.resolve(sentBefore().some((sent) => sent.clientId === clientId)),
}

function sentBefore(): readonly Sent[] {
  try {
    return readFileSync(inbox, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Sent)
  } catch {
    return []
  }
}

async function main(): Promise<void> {
  await using store = await openPlace(errand.place)
  await using host = await openLocalHost()
  const fence = await drive(store)
  sayLine({ ready: true })
  const outcome = await runAgentSession<{ readonly n: number }>({
    host,
    store,
    sender,
    task: { owner: OWNER, taskId, fence },
    directory: path.join(directory, 'work'),
    features: { deliverables: true, callerMessages: true },
    anew: errand.sabotage,
    callbacks: {
      onAttention: ({ id, reason }) => note({ type: 'attention', id, n: Number(reason.split(' ')[1]) }),
      async onDeliverable({ id, read }) {
        const pieces: Uint8Array[] = []
        for await (const piece of await read()) pieces.push(piece)
        const content = Buffer.concat(pieces).toString()
        note({ type: 'deliverable', id, n: Number(content.split(' ')[1]) })
      },
      callerMessages: {
        parse: (_, data) => data as { readonly n: number },
        handle({ id, data: { n } }) {
          note({ type: 'caller-message', id, n })
          return `answer ${n}`
        },
      },
    },
    async body(context, { signal }) {
      await (await agentOf(context)).waitForExit({ signal })
    },
  })
  sayLine({ ended: outcome.type, owed: outcome.owed })
}

/** Who drove the task before is dead, as the drill has said. @returns the number that every write carries */
async function drive(store: Store): Promise<number> {
  await store.orchestrators.register({ id: orchestrator, lifetimeMs: 600_000 })
  const key = { owner: OWNER, taskId }
  const [known] = (await store.tasks.list({ owner: OWNER })).filter((task) => task.taskId === taskId)
  if (!known) return (await store.tasks.insert({ ...key, orchestrator, data: {} })).fence
  return (await store.tasks.adopt(key, { orchestrator, fence: known.fence })).fence
}

/** It outlives us. */
async function agentOf({ host, directory: work }: SessionContext): Promise<DetachedProcess> {
  const record = path.join(directory, 'process.json')
  try {
    return await host.adopt(record)
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'not-found') throw error
    return host.spawnDetached(['sh', path.join(directory, 'agent.sh')], {
      record,
      log: path.join(directory, 'agent.out'),
      cwd: work,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    })
  }
}

await main()
