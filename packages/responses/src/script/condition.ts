import type { ModelRequest } from '../model-request.ts'
import { askedText, inputImages, lastUserText, toolOutputs, userTexts } from '../read-request.ts'

/** When a rule answers: all that is given must hold. Expressions may be written as `a|b` or, with flags, as `/a|b/i`. */
export interface ScriptCondition {
  /** The newest message of the person (or, for a sub-agent, of the agent above it) matches. */
  readonly text?: string
  /** The newest tool call that came back since that message is of this tool. */
  readonly afterCall?: string
  /** The newest output that came back since that message matches. */
  readonly output?: string
  /** So many outputs came back since that message; 0 is the first request of a turn. */
  readonly calls?: number
  /** Which message of the person it is, from 1. */
  readonly turn?: number
  /** `main`, `sub` for any sub-agent, or the name that an agent was spawned with (the newer way only). */
  readonly agent?: string
  readonly purpose?: ModelRequest['purpose']
  /** The newest message brought so many images. */
  readonly images?: number
  /** Whether an answer as JSON is asked for. */
  readonly schema?: boolean
  /** The model's name matches. */
  readonly model?: string
}

/** Whether `request` is one that the condition means. */
export function fitsCondition(condition: ScriptCondition, request: ModelRequest): boolean {
  const { text, afterCall, output, calls, turn, agent, purpose, images, schema, model } = condition
  const outputs = toolOutputs(request)
  const newest = outputs.at(-1)
  return (
    (text === undefined || toExpression(text).test(lastUserText(request))) &&
    (afterCall === undefined || newest?.call?.name === afterCall) &&
    (output === undefined || (newest !== undefined && toExpression(output).test(newest.text))) &&
    (calls === undefined || outputs.length === calls) &&
    (turn === undefined || userTexts(request).length === turn) &&
    (agent === undefined || isAgent(agent, request)) &&
    (purpose === undefined || request.purpose === purpose) &&
    (images === undefined || newestImages(request) === images) &&
    (schema === undefined || (request.outputSchema !== undefined) === schema) &&
    (model === undefined || toExpression(model).test(request.model))
  )
}

/**
 * The expression that a script wrote as `source` or `/source/flags`.
 *
 * @throws SyntaxError for what is no expression.
 */
export function toExpression(written: string): RegExp {
  const [, source, flags] = /^\/([\s\S]+)\/([imsu]*)$/.exec(written) ?? []
  return source === undefined ? new RegExp(written) : new RegExp(source, flags)
}

function isAgent(wanted: string, { agent }: ModelRequest): boolean {
  if (wanted === 'main') return agent === undefined
  return agent !== undefined && (wanted === 'sub' || agent.path?.split('/').at(-1) === wanted)
}

function newestImages(request: ModelRequest): number {
  const newest = request.input.findLastIndex((item) => askedText(item) !== undefined)
  const item = request.input[newest]
  return item === undefined ? 0 : inputImages({ ...request, input: [item] }).length
}
