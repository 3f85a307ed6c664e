import { askingMcpServer } from '@x/fixtures'
import { scriptedModel, toolOutputs, type ModelStep, type ScriptedModel } from '@x/responses'
import type { Scenario } from '../record/scenario.ts'
import { callIn } from '../record/call-in.ts'
import { say, startThread } from '../record/turns.ts'

// Each of these makes Codex send one kind of request to its client, answered as a person would.

const EXPERIMENTAL = { capabilities: { experimentalApi: true } } as const

function once(step: ModelStep): ScriptedModel {
  return scriptedModel([
    { when: (request) => toolOutputs(request).length > 0, steps: [{ say: 'Thank you.' }] },
    { steps: [step] },
  ])
}

export const userInput: Scenario = {
  about: 'The agent asks the person a question with two choices, and gets one of them.',
  model: () =>
    once({
      call: 'request_user_input',
      arguments: {
        questions: [
          {
            id: 'colour',
            header: 'Colour',
            question: 'Which colour shall it be?',
            options: [
              { label: 'Red (Recommended)', description: 'It is warm.' },
              { label: 'Blue', description: 'It is cold.' },
            ],
          },
        ],
      },
    }),
  config: () => ({ tables: '[features]\ndefault_mode_request_user_input = true' }),
  async run(stage) {
    const client = await stage.client(EXPERIMENTAL)
    client.onRequest('item/tool/requestUserInput', () => ({ answers: { colour: { answers: ['Blue'] } } }))
    const threadId = await startThread(stage, client)
    await say(client, threadId, 'ask me')
  },
}

export const permissions: Scenario = {
  about: 'The agent asks to write in one more directory and may, for this turn.',
  model: () =>
    once({
      call: 'request_permissions',
      arguments: {
        reason: 'The notes belong there.',
        permissions: { file_system: { write: ['/srv/notes'] } },
      },
    }),
  config: () => ({ tables: '[features]\nrequest_permissions_tool = true' }),
  async run(stage) {
    const client = await stage.client(EXPERIMENTAL)
    client.onRequest('item/permissions/requestApproval', ({ permissions: { fileSystem } }) => ({
      permissions: { fileSystem: fileSystem ?? null },
      scope: 'turn',
    }))
    const threadId = await startThread(stage, client, { approvalPolicy: 'on-request' })
    await say(client, threadId, 'get the permission')
  },
}

export const dynamicTool: Scenario = {
  about: 'The agent calls a tool that the client itself offers.',
  model: () => once({ call: 'look_up', arguments: { word: 'tide' } }),
  async run(stage) {
    const client = await stage.client(EXPERIMENTAL)
    client.onRequest('item/tool/call', () => ({
      success: true,
      contentItems: [{ type: 'inputText', text: 'The tide is the rise and fall of the sea.' }],
    }))
    const look = {
      type: 'function',
      name: 'look_up',
      description: 'Looks up a word.',
      inputSchema: {
        type: 'object',
        properties: { word: { type: 'string' } },
        required: ['word'],
        additionalProperties: false,
      },
    } as const
    const threadId = await startThread(stage, client, { dynamicTools: [look] })
    await say(client, threadId, 'look it up')
  },
}

export const elicitation: Scenario = {
  about: 'A tool of an MCP server asks the person for a name, and gets it.',
  model: () => once(callIn('mcp__asker', 'greet', {})),
  config: () => {
    const { command, args } = askingMcpServer()
    return {
      tables: `[mcp_servers.asker]\ncommand = ${JSON.stringify(command)}\nargs = ${JSON.stringify(args)}`,
    }
  },
  async run(stage) {
    const client = await stage.client()
    client.onRequest('mcpServer/elicitation/request', () => ({ action: 'accept', content: { name: 'Ada' } }))
    const threadId = await startThread(stage, client, { approvalPolicy: 'on-request' })
    await say(client, threadId, 'greet me')
  },
}
