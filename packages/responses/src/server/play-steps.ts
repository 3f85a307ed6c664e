import { setTimeout as sleep } from 'node:timers/promises'

import type { ModelRequest } from '../model-request.ts'
import type { ModelStep } from '../model-step.ts'
import { agentAsCall } from '../steps/agent.ts'
import { answerAsMessage } from '../steps/answer.ts'
import { playCall } from '../steps/call.ts'
import { playFlood } from '../steps/flood.ts'
import { patchAsCall } from '../steps/patch.ts'
import { planAsCall } from '../steps/plan.ts'
import { ResponseInProgress, type Played } from '../steps/response-in-progress.ts'
import { playSay } from '../steps/say.ts'
import { playSummary } from '../steps/summary.ts'
import { playThink } from '../steps/think.ts'

const LATE = 'a step that goes out with the headers comes before every other step'

/** The events of one response that has begun; `created`, then each step, then `completed` unless a step ended it. */
export async function* playSteps(
  steps: Iterable<ModelStep> | AsyncIterable<ModelStep>,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<Played, void, undefined> {
  const response = new ResponseInProgress(request)
  yield response.created()
  for await (const step of steps) {
    signal.throwIfAborted()
    if ('drop' in step) return yield { drop: true }
    if ('end' in step) return yield { end: true }
    if ('fail' in step) return yield response.failed(step.fail)
    try {
      yield* playStep(response, step, signal)
    } catch (cause) {
      if (signal.aborted) throw cause
      return yield response.failed({ code: 'bad_step', message: (cause as Error).message })
    }
  }
  yield response.completed()
}

type LastingStep = Exclude<
  ModelStep,
  { readonly drop: true } | { readonly end: true } | { readonly fail: object }
>

async function* playStep(
  response: ResponseInProgress,
  step: LastingStep,
  signal: AbortSignal,
): AsyncGenerator<Played> {
  if ('waitMs' in step) await sleep(step.waitMs, undefined, { signal })
  else if ('event' in step) yield { event: step.event }
  else if ('say' in step) yield* playSay(response, step, signal)
  else if ('answer' in step) yield* playSay(response, answerAsMessage(step), signal)
  else if ('think' in step) yield* playThink(response, step, signal)
  else if ('call' in step || 'custom' in step) yield* playCall(response, step)
  else if ('patch' in step) yield* playCall(response, patchAsCall(step, response.request))
  else if ('plan' in step) yield* playCall(response, planAsCall(step))
  else if ('agent' in step) yield* playCall(response, agentAsCall(step, response.request))
  else if ('flood' in step) yield* playFlood(response, step, signal)
  else if ('summary' in step) yield* playSummary(response, step, signal)
  else if ('usage' in step) response.usage = { ...response.usage, ...step.usage }
  else if ('raw' in step) yield { text: step.raw }
  else throw new Error(LATE)
}
