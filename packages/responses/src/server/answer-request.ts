import { once } from 'node:events'
import type { ServerResponse } from 'node:http'

import type { ModelRequest } from '../model-request.ts'
import type { ModelEvent, ModelStep } from '../model-step.ts'
import type { ScriptedModel } from '../scripted-model.ts'
import type { FailStep } from '../steps/fail.ts'
import type { Played, WireObject } from '../steps/response-in-progress.ts'
import { apiError, type ApiError } from './api-error.ts'
import { encodeEvent } from './encode-event.ts'
import { playSteps } from './play-steps.ts'
import { takeHead } from './take-head.ts'
import { untilAborted } from './until-aborted.ts'

/** What a client without a stream gets of the whole response. */
export type PickBody = (whole: WireObject) => WireObject

/**
 * Lets the model answer on `response`: as server-sent events, or as one JSON object when the client did not ask for a stream.
 * Waits for the client when it reads slowly. Never rejects: what the model throws becomes a failed response.
 */
export async function answerRequest(
  model: ScriptedModel,
  request: ModelRequest,
  response: ServerResponse,
  signal: AbortSignal,
  pick: PickBody = (whole) => whole,
): Promise<void> {
  const all = untilAborted(
    catchModel(() => model.respond(request, { signal })),
    signal,
  )
  try {
    const { headers, refusal, steps } = await takeHead(all, signal)
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (refusal === undefined) {
      const played = playSteps(steps, request, signal)
      await (request.stream ? sendStream(response, played, signal) : sendWhole(response, played, pick))
    } else sendRefusal(response, refusal)
  } catch (cause) {
    // Aborted: the client is gone or the server closes; there is nobody to tell.
    if (!signal.aborted) throw cause
    response.destroy()
  } finally {
    await all.return()
  }
}

function sendRefusal(
  response: ServerResponse,
  {
    status,
    message,
    code,
    type,
    retryAfterSeconds,
    resetsAt,
    planType,
  }: FailStep & { readonly status: number },
): void {
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds))
  const told = message ?? `The scripted model failed with status ${String(status)} because it was told to.`
  const { body } = apiError(status, told, code ?? null)
  const more = {
    ...(type === undefined ? {} : { type }),
    ...(resetsAt === undefined ? {} : { resets_at: resetsAt }),
    ...(planType === undefined ? {} : { plan_type: planType }),
  }
  sendError(response, { status, body: { error: { ...body.error, ...more } } })
}

/** Sends a refusal, unless an answer has begun already. */
export function sendError(response: ServerResponse, { status, body }: ApiError): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function sendStream(
  response: ServerResponse,
  played: AsyncIterable<Played>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' })
  for await (const one of played) {
    if ('drop' in one) {
      // Unlike destroy(), this sends what was written so far.
      response.socket?.destroySoon()
      return
    }
    if ('end' in one) break
    if (!response.write('text' in one ? one.text : encodeEvent(one.event)))
      await once(response, 'drain', { signal })
  }
  response.end()
}

/** The last event carries the whole response, so that is what a client without a stream gets, or what `pick` makes of it. */
async function sendWhole(
  response: ServerResponse,
  played: AsyncIterable<Played>,
  pick: PickBody,
): Promise<void> {
  let last: ModelEvent | undefined
  for await (const one of played) {
    if ('drop' in one) {
      response.destroy()
      return
    }
    if ('event' in one) last = one.event
  }
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify(pick((last?.['response'] ?? {}) as WireObject)))
}

/** A model that throws ends its answer as a failure that says what was thrown. */
async function* catchModel(
  respond: () => Iterable<ModelStep> | AsyncIterable<ModelStep>,
): AsyncGenerator<ModelStep, void, undefined> {
  try {
    yield* respond()
  } catch (cause) {
    yield {
      fail: {
        code: 'model_threw',
        message: `The model threw: ${cause instanceof Error ? cause.message : String(cause)}`,
      },
    }
  }
}
