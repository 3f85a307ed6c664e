import { newId, type Played, type ResponseInProgress } from './response-in-progress.ts'

/** A function call. */
export interface CallStep {
  readonly call: string
  /** Sent as JSON. */
  readonly arguments: Readonly<Record<string, unknown>>
  /** @default a fresh id */
  readonly callId?: string
  /** The group that the tool is offered in. By default that of the tool of this name in the request, if it has one. */
  readonly namespace?: string
}

/** A call of a custom tool with free text. */
export interface CustomStep {
  readonly custom: string
  readonly input: string
  /** @default a fresh id */
  readonly callId?: string
}

/** Plays a `call` or a `custom`. */
export function* playCall(response: ResponseInProgress, step: CallStep | CustomStep): Generator<Played> {
  const callId = step.callId ?? newId('call')
  if ('custom' in step) {
    const item = (status: string, input: string) => ({
      type: 'custom_tool_call',
      id: callId.replace(/^call_|^/, 'ctc_'),
      status,
      call_id: callId,
      name: step.custom,
      input,
    })
    yield response.itemAdded(item('in_progress', ''))
    yield response.itemDone(item('completed', step.input))
    return
  }
  const namespace = step.namespace ?? offeredNamespace(response, step.call)
  const item = (status: string, args: string) => ({
    type: 'function_call',
    id: callId.replace(/^call_|^/, 'fc_'),
    status,
    call_id: callId,
    name: step.call,
    ...(namespace === undefined ? {} : { namespace }),
    arguments: args,
  })
  yield response.itemAdded(item('in_progress', ''))
  yield response.itemDone(item('completed', JSON.stringify(step.arguments)))
}

/** Codex finds a tool of a group by the group's name too, and says `unsupported call` without it. */
function offeredNamespace(response: ResponseInProgress, name: string): string | undefined {
  const offers = response.request.tools.filter((tool) => tool.name === name)
  return offers.some(({ namespace }) => namespace === undefined) ? undefined : offers[0]?.namespace
}
