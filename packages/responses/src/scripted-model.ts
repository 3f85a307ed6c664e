import type { ModelRequest } from './model-request.ts'
import type { ModelStep } from './model-step.ts'
import { lastUserText } from './read-request.ts'
import { fitsCondition, type ScriptCondition } from './script/condition.ts'

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
  /** What `GET /v1/models` lists, as the client wants it; Codex's shape is what `describeModel` makes. @default none */
  readonly models?: readonly Readonly<Record<string, unknown>>[]
}

/** One line of a script: the first rule that fits the request answers it. */
export interface ScriptRule {
  /** Fits when the newest message matches; when the condition holds; or when the function says so. Absent: fits always. */
  readonly when?: RegExp | ScriptCondition | ((request: ModelRequest) => boolean)
  readonly steps:
    readonly ModelStep[] | ((request: ModelRequest) => Iterable<ModelStep> | AsyncIterable<ModelStep>)
  /** How often the rule answers before it is used up, such as once for a failure that a retry gets past. @default no limit */
  readonly times?: number
}

/** A whole script; written as JSON it is what `parseScript` reads. */
export interface Script {
  readonly rules: readonly ScriptRule[]
  /** Steps that come before those of whatever rule answers, such as `usage` and `rateLimits`. */
  readonly always?: readonly ModelStep[]
  readonly models?: ScriptedModel['models']
}

/**
 * A model from a list of rules; the first that fits answers. Without a fitting rule the response fails and says so, so that a test cannot pass by accident.
 * A rule that fits on a message also fits on the requests that follow its tool calls: put the rule for the outcome first
 * (`when: { afterCall: 'exec_command' }`).
 */
export function scriptedModel(script: Script | readonly ScriptRule[]): ScriptedModel {
  const { rules, always = [], models = [] } = isRules(script) ? { rules: script } : script
  const used = new Map<ScriptRule, number>()
  return {
    models,
    respond(request) {
      const rule = rules.find(
        (one) => (used.get(one) ?? 0) < (one.times ?? Infinity) && fits(one.when, request),
      )
      if (rule === undefined) return [noRule(request)]
      used.set(rule, (used.get(rule) ?? 0) + 1)
      const steps = typeof rule.steps === 'function' ? rule.steps(request) : rule.steps
      return always.length === 0 ? steps : prepend(always, steps)
    },
  }
}

function isRules(script: Script | readonly ScriptRule[]): script is readonly ScriptRule[] {
  return Array.isArray(script)
}

function fits(when: ScriptRule['when'], request: ModelRequest): boolean {
  if (when === undefined) return true
  if (typeof when === 'function') return when(request)
  if (!(when instanceof RegExp)) return fitsCondition(when, request)
  // A global or sticky expression would remember where it stopped.
  return new RegExp(when.source, when.flags.replace(/[gy]/g, '')).test(lastUserText(request))
}

function noRule(request: ModelRequest): ModelStep {
  const message = `no rule of the script fits ${JSON.stringify(lastUserText(request))}`
  return { fail: { code: 'no_rule', message } }
}

async function* prepend(
  first: readonly ModelStep[],
  rest: Iterable<ModelStep> | AsyncIterable<ModelStep>,
): AsyncGenerator<ModelStep, void, undefined> {
  yield* first
  yield* rest
}
