import type { Session } from '../src/session/session.ts'
import { lastUserText, toolOutputs, type ModelStep, type ScriptedModel } from '@x/responses'

/** A model that does what the message says, one step list per message as JSON, and then tells what came back as JSON. */
export function callingModel(): ScriptedModel {
  return {
    respond(request) {
      const outputs = toolOutputs(request).map(({ text }) => text)
      if (outputs.length > 0) return [{ say: JSON.stringify(outputs) }]
      return JSON.parse(lastUserText(request)) as ModelStep[]
    },
  }
}

/** Has the model call a tool, and returns what Codex told it. */
export async function callTool(session: Session, step: ModelStep): Promise<string> {
  const result = await session.conversation.send(JSON.stringify([step])).result
  if (result.status !== 'completed') throw new Error(`the turn ended as ${result.status}`)
  const outputs = JSON.parse(result.text) as string[]
  return outputs.join('\n')
}

/** Has the model run a command. */
export function runCommand(
  session: Session,
  cmd: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return callTool(session, { call: 'exec_command', arguments: { cmd, yield_time_ms: 20_000, ...more } })
}
