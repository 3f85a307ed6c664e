import { setTimeout as sleep } from 'node:timers/promises'

import type { ModelStep } from '../model-step.ts'
import type { FailStep } from '../steps/fail.ts'
import { renderRateLimits } from '../steps/rate-limits.ts'

/** What goes out before the answer: its headers, and an HTTP failure in its place. */
export interface Head {
  readonly headers: Readonly<Record<string, string>>
  readonly refusal: (FailStep & { readonly status: number }) | undefined
  /** The steps that are left. */
  readonly steps: AsyncGenerator<ModelStep, void, undefined>
}

/** Takes the steps that belong before the first byte from the front of the list, and waits when one says so. */
export async function takeHead(
  steps: AsyncGenerator<ModelStep, void, undefined>,
  signal: AbortSignal,
): Promise<Head> {
  let headers: Readonly<Record<string, string>> = {}
  for (;;) {
    const { value: step, done } = await steps.next()
    if (done === true) return { headers, refusal: undefined, steps }
    if ('headers' in step) headers = { ...headers, ...step.headers }
    else if ('rateLimits' in step) headers = { ...headers, ...renderRateLimits(step.rateLimits) }
    else if ('firstByteMs' in step) await sleep(step.firstByteMs, undefined, { signal })
    else if ('fail' in step && isRefusal(step.fail)) return { headers, refusal: step.fail, steps }
    else return { headers, refusal: undefined, steps: startWith(step, steps) }
  }
}

function isRefusal(fail: FailStep): fail is FailStep & { readonly status: number } {
  const { status } = fail
  return status !== undefined && Number.isInteger(status) && status >= 400 && status <= 599
}

async function* startWith(
  first: ModelStep,
  rest: AsyncIterable<ModelStep>,
): AsyncGenerator<ModelStep, void, undefined> {
  yield first
  yield* rest
}
