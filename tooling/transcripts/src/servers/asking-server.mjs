import { createInterface } from 'node:readline'

// An MCP server with one tool, which asks the person for a name before it answers.

const say = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

const ANSWERS = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'asker', version: '1' },
  }),
  'tools/list': () => ({
    tools: [
      {
        name: 'greet',
        description: 'Greets the person by name.',
        inputSchema: { type: 'object', properties: {} },
        annotations: { readOnlyHint: true },
      },
    ],
  }),
}

const QUESTION = {
  message: 'What is your name?',
  requestedSchema: {
    type: 'object',
    properties: { name: { type: 'string', title: 'Name' } },
    required: ['name'],
  },
}

let waiting
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params, result, error } = JSON.parse(line)
  if (method === 'tools/call') {
    waiting = id
    say({ id: 'question', method: 'elicitation/create', params: QUESTION })
  } else if (id === 'question') {
    say({ id: waiting, result: { content: [{ type: 'text', text: JSON.stringify(result ?? error) }] } })
  } else if (id !== undefined) {
    say({ id, result: ANSWERS[method]?.(params) ?? {} })
  }
}
