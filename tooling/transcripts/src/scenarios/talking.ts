import { scriptedModel } from '@x/responses'
import type { Scenario } from '../record/scenario.ts'
import { next, say, startThread, turnEnd } from '../record/turns.ts'
import { beginMessage, endMessage, moreOfMessage } from '../record/unfinished-message.ts'

export const plainTurn: Scenario = {
  about: 'Two turns of plain text on one thread.',
  model: () => scriptedModel([{ steps: [{ say: 'Good morning. The weather is fine today.' }] }]),
  async run(stage) {
    const client = await stage.client()
    const threadId = await startThread(stage, client)
    await say(client, threadId, 'good morning')
    await say(client, threadId, 'and again')
  },
}

export const reasoning: Scenario = {
  about: 'A turn that thinks before it speaks.',
  model: () =>
    scriptedModel([
      { steps: [{ think: '**Looking around**\n\nFirst one thing, then another.' }, { say: 'Here it is.' }] },
    ]),
  config: () => ({ settings: 'model_reasoning_summary = "detailed"' }),
  async run(stage) {
    const client = await stage.client()
    const threadId = await startThread(stage, client)
    await say(client, threadId, 'think about it')
  },
}

export const interrupted: Scenario = {
  about: 'A turn that is interrupted while the model is writing, and another one after it.',
  model: (cues) =>
    scriptedModel([
      { when: /again/, steps: [{ say: 'Back again.' }] },
      {
        async *steps() {
          yield* beginMessage('Just a moment')
          await cues.given('never')
        },
      },
    ]),
  async run(stage) {
    const client = await stage.client()
    const threadId = await startThread(stage, client)
    const ended = turnEnd(client, threadId)
    const written = next(client, 'item/agentMessage/delta', ({ delta }) => delta.includes('moment'))
    const { turn } = await client.request('turn/start', { threadId, input: [{ type: 'text', text: 'go' }] })
    await written
    await client.request('turn/interrupt', { threadId, turnId: turn.id })
    await ended
    await say(client, threadId, 'again')
  },
}

export const failed: Scenario = {
  about: 'A turn that fails because the model refuses the request, and another one that does not.',
  model: () =>
    scriptedModel([
      { when: /again/, steps: [{ say: 'Now it worked.' }] },
      { steps: [{ fail: { status: 400, code: 'invalid_prompt', message: 'This cannot be answered.' } }] },
    ]),
  async run(stage) {
    const client = await stage.client()
    const threadId = await startThread(stage, client)
    await say(client, threadId, 'go')
    await say(client, threadId, 'again')
  },
}

export const resumed: Scenario = {
  about: 'The client leaves in the middle of a turn; a second one resumes the thread and sees its end.',
  model: (cues) =>
    scriptedModel([
      {
        async *steps() {
          yield* beginMessage('Said to the first client. ')
          await cues.given('resumed')
          yield* moreOfMessage('Said to the second client.')
          yield endMessage('Said to the first client. Said to the second client.')
        },
      },
    ]),
  async run(stage, cues) {
    const first = await stage.client()
    const threadId = await startThread(stage, first)
    const written = next(first, 'item/agentMessage/delta', ({ delta }) => delta.includes('client'))
    await first.request('turn/start', { threadId, input: [{ type: 'text', text: 'go' }] })
    await written
    await first.close()
    const second = await stage.client()
    await second.request('thread/resume', { threadId })
    const ended = turnEnd(second, threadId)
    cues.give('resumed')
    await ended
  },
}
