import { scriptedModel, toolOutputs, type ModelStep, type ScriptedModel } from '@x/responses'
import type { Scenario } from '../record/scenario.ts'
import { say, startThread } from '../record/turns.ts'

/** A model that takes one step, and closes with a word when it has seen what came of it. */
function once(step: ModelStep, closing: string): ScriptedModel {
  return scriptedModel([
    { when: (request) => toolOutputs(request).length > 0, steps: [{ say: closing }] },
    { steps: [{ say: 'I will do that.' }, step] },
  ])
}

const COMMAND = { call: 'exec_command', arguments: { cmd: "printf 'one\\ntwo\\n' | tee made.txt" } }

const PATCH = `*** Begin Patch
*** Add File: notes.md
+# Notes
+
+First line.
*** End Patch
`

export const commandApproved: Scenario = {
  about: 'A command that needs an approval, gets it and runs.',
  model: () => once(COMMAND, 'It is made.'),
  async run(stage) {
    const client = await stage.client()
    client.onRequest('item/commandExecution/requestApproval', () => ({ decision: 'accept' }))
    const threadId = await startThread(stage, client)
    await say(client, threadId, 'make it')
  },
}

export const commandDeclined: Scenario = {
  about: 'A command that needs an approval and does not get it; the turn goes on.',
  model: () => once(COMMAND, 'Then not.'),
  async run(stage) {
    const client = await stage.client()
    client.onRequest('item/commandExecution/requestApproval', () => ({ decision: 'decline' }))
    const threadId = await startThread(stage, client)
    await say(client, threadId, 'make it')
  },
}

export const commandLate: Scenario = {
  about:
    'A command of half a second. In 0.142.5 its end comes after the end of the turn, in 0.169.0 before it.',
  model: () => once({ call: 'exec_command', arguments: { cmd: 'sleep 0.5; echo slept' } }, 'It slept.'),
  async run(stage) {
    const client = await stage.client()
    const threadId = await startThread(stage, client, { approvalPolicy: 'never' })
    await say(client, threadId, 'sleep a little')
  },
}

export const fileChange: Scenario = {
  about: 'A patch that adds a file, asked about and applied.',
  model: () => once({ custom: 'apply_patch', input: PATCH }, 'The notes are there.'),
  async run(stage) {
    const client = await stage.client()
    client.onRequest('item/fileChange/requestApproval', () => ({ decision: 'accept' }))
    const threadId = await startThread(stage, client)
    await say(client, threadId, 'write notes')
  },
}

export const plan: Scenario = {
  about: 'A plan of three steps, of which one is done.',
  model: () =>
    once(
      {
        call: 'update_plan',
        arguments: {
          explanation: 'One after the other.',
          plan: [
            { step: 'Look', status: 'completed' },
            { step: 'Think', status: 'in_progress' },
            { step: 'Write', status: 'pending' },
          ],
        },
      },
      'That is the plan.',
    ),
  async run(stage) {
    const client = await stage.client()
    const threadId = await startThread(stage, client)
    await say(client, threadId, 'make a plan')
  },
}
