import type { ModelStep } from '@x/responses'

/** A call of a tool that has a namespace, such as those of an MCP server and the ones for sub-agents. */
export function callIn(
  namespace: string,
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  callId = `call_${namespace.replaceAll('_', '')}${name.replaceAll('_', '')}`,
): ModelStep {
  const item = {
    type: 'function_call',
    namespace,
    name,
    arguments: JSON.stringify(parameters),
    call_id: callId,
  }
  return { event: { type: 'response.output_item.done', output_index: 0, item } }
}
