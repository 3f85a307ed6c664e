import type { ModelRequest } from './model-request.ts'
import { lastUserText } from './read-request.ts'

/** An event as it goes over the wire: its `type` is also the SSE event name. */
export interface ModelEvent {
  readonly type: string
  readonly [field: string]: unknown
}

/**
 * One thing that a scripted model does. A list of them is one answer.
 *
 * - `say`: an assistant message, cut into pieces of `chunk` characters (default: at word ends), `deltaMs` apart (default 0).
 * - `think`: a reasoning summary before the answer.
 * - `call`: a function call; `arguments` is sent as JSON. `callId` defaults to a fresh id.
 * - `custom`: a call of a custom tool with free text.
 * - `waitMs`: nothing for so long.
 * - `fail`: the end of this answer: as the HTTP status if nothing was sent yet and `status` is given, else as `response.failed`.
 * - `drop`: the connection ends without a last event.
 * - `event`: exactly this event, for what the other steps cannot say.
 */
export type ModelStep =
  | { readonly say: string; readonly deltaMs?: number; readonly chunk?: number }
  | { readonly think: string }
  | { readonly call: string; readonly arguments: Readonly<Record<string, unknown>>; readonly callId?: string }
  | { readonly custom: string; readonly input: string; readonly callId?: string }
  | { readonly waitMs: number }
  | { readonly fail: FailStep }
  | { readonly drop: true }
  | { readonly event: ModelEvent }

export interface FailStep {
  /** An HTTP status from 400 to 599. Without it the failure comes inside the stream. */
  readonly status?: number
  /** @default 'server_error' */
  readonly code?: string
  readonly message?: string
}

export interface RespondContext {
  /** Aborts when the client has gone away or the server closes. */
  readonly signal: AbortSignal
}

/**
 * What answers. It is asked once per `POST /v1/responses` and should keep no state: the whole conversation is in the request.
 * A generator may wait for whatever it likes between two steps; what it throws becomes a failed response.
 */
export interface ScriptedModel {
  respond(request: ModelRequest, context: RespondContext): Iterable<ModelStep> | AsyncIterable<ModelStep>
}

/** One line of a script: the first rule that fits the request answers it. */
export interface ScriptRule {
  /** Fits when the person's newest message matches; or when the function says so. Absent: fits always. */
  readonly when?: RegExp | ((request: ModelRequest) => boolean)
  readonly steps:
    readonly ModelStep[] | ((request: ModelRequest) => Iterable<ModelStep> | AsyncIterable<ModelStep>)
}

/**
 * A model from a list of rules; the first that fits answers. Without a fitting rule the response fails and says so, so that a test cannot pass by accident.
 * A rule that fits on a message also fits on the requests that follow its tool calls: put the rule for the outcome first
 * (`when: (request) => toolOutputs(request).length > 0`).
 */
export function scriptedModel(rules: readonly ScriptRule[]): ScriptedModel {
  return {
    respond(request) {
      const rule = rules.find(({ when }) => fits(when, request))
      if (rule === undefined) {
        return [
          {
            fail: {
              code: 'no_rule',
              message: `no rule of the script fits ${JSON.stringify(lastUserText(request))}`,
            },
          },
        ]
      }
      return typeof rule.steps === 'function' ? rule.steps(request) : rule.steps
    },
  }
}

function fits(when: ScriptRule['when'], request: ModelRequest): boolean {
  if (when === undefined) return true
  if (typeof when === 'function') return when(request)
  // A global or sticky expression would remember where it stopped.
  return new RegExp(when.source, when.flags.replace(/[gy]/g, '')).test(lastUserText(request))
}
