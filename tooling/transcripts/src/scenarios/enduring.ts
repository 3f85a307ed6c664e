import { lastUserText, scriptedModel, toolOutputs, type ModelRequest } from '@x/responses'
import { callIn } from '../record/call-in.ts'
import type { Scenario } from '../record/scenario.ts'
import { next, say, startThread, turnEnd } from '../record/turns.ts'

export const unreachable: Scenario = {
  about:
    'Nobody is at the address of the model: 0.142.5 fails the turn, 0.169.0 tries until it is interrupted.',
  async run(stage) {
    const client = await stage.client()
    const threadId = await startThread(stage, client)
    const ended = turnEnd(client, threadId)
    const errors: string[] = []
    const waiting = next(client, 'error', ({ error, willRetry }) => {
      errors.push(error.message)
      return willRetry && errors.length === 2
    })
    const { turn } = await client.request('turn/start', { threadId, input: [{ type: 'text', text: 'go' }] })
    const first = await Promise.race([ended, waiting.then(() => undefined)])
    if (first === undefined && stage.version !== '0.142.5')
      await client.request('turn/interrupt', { threadId, turnId: turn.id })
    await ended
  },
}

export const flood: Scenario = {
  about:
    'Two thousand numbered deltas of one message; few enough for a small file, too many for a queue of 128.',
  model: () =>
    scriptedModel([{ steps: [{ say: Array.from({ length: 2_000 }, (_, index) => `${index} `).join('') }] }]),
  async run(stage) {
    const client = await stage.client()
    const threadId = await startThread(stage, client)
    await say(client, threadId, 'count')
  },
}

const TASK = 'Count the stars in stars.txt.'

export const subAgent: Scenario = {
  about: 'The agent starts a second one, which asks for a command of its own, and waits for what it found.',
  model: () =>
    scriptedModel([
      {
        when: (request) => lastUserText(request).includes(TASK),
        steps: (request) =>
          toolOutputs(request).length > 0
            ? [{ say: 'There are three.' }]
            : [{ call: 'exec_command', arguments: { cmd: "printf '***' | tee stars.txt" } }],
      },
      { steps: (request) => [parent(request)] },
    ]),
  async run(stage) {
    const client = await stage.client()
    client.onRequest('item/commandExecution/requestApproval', () => ({ decision: 'accept' }))
    const threadId = await startThread(stage, client)
    await say(client, threadId, 'how many stars?')
  },
}

function parent(request: ModelRequest): ReturnType<typeof callIn> {
  const outputs = toolOutputs(request)
  const spawned = /"agent_id":"([^"]+)"/.exec(outputs[0]?.text ?? '')?.[1]
  if (outputs.length === 0) return callIn('multi_agent_v1', 'spawn_agent', { message: TASK })
  if (outputs.length === 1) return callIn('multi_agent_v1', 'wait_agent', { targets: [spawned] })
  return { say: 'The other one says three.' }
}
