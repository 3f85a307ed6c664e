import { z } from 'zod'

import { ResponsesError } from './errors.ts'
import { toExpression } from './script/condition.ts'
import { chooseByKey, strict } from './parse-strictly.ts'
import type { Script } from './scripted-model.ts'

const text = z.string('expected text')
const count = z.int('expected a whole number').min(0, 'expected 0 or more')
const amount = z.number('expected a number').min(0, 'expected 0 or more')
const flag = z.boolean('expected true or false')
const yes = z.literal(true, 'expected true')
const texts = z.union([text, z.array(text)], 'expected text or a list of texts')
const fields = z.record(z.string(), z.unknown(), 'expected an object')
const expression = text.refine(isExpression, 'expected a regular expression')

const streaming = { deltaMs: amount.optional(), chunk: count.min(1, 'expected 1 or more').optional() }
const fail = strict({
  status: count
    .min(400, 'expected a status from 400 to 599')
    .max(599, 'expected a status from 400 to 599')
    .optional(),
  code: text.optional(),
  message: text.optional(),
  type: text.optional(),
  retryAfterSeconds: amount.optional(),
  resetsAt: count.optional(),
  planType: text.optional(),
})
const window = strict({ usedPercent: amount, windowMinutes: count.optional(), resetsAt: count.optional() })
const change = chooseByKey({
  add: strict({ add: text, content: text }),
  update: strict({
    update: text,
    replace: z.array(strict({ from: text, to: text, at: text.optional() }), 'expected a list'),
    moveTo: text.optional(),
  }),
  delete: strict({ delete: text }),
})
const planEntry = strict({
  step: text,
  status: z
    .enum(['pending', 'in_progress', 'completed'], 'expected pending, in_progress or completed')
    .optional(),
})

/** One schema per kind of step, found by the key that names the kind. */
const step = chooseByKey({
  say: strict({
    say: text,
    ...streaming,
    phase: z.enum(['commentary', 'final_answer'], 'expected commentary or final_answer').optional(),
  }),
  answer: strict({ answer: z.unknown(), ...streaming }),
  think: strict({ think: texts, raw: texts.optional(), ...streaming }),
  call: strict({
    call: text,
    arguments: fields,
    callId: text.optional(),
    namespace: text.optional(),
  }),
  custom: strict({ custom: text, input: text, callId: text.optional() }),
  patch: strict({ patch: z.array(change, 'expected a list'), callId: text.optional() }),
  plan: strict({ plan: z.array(planEntry, 'expected a list'), explanation: text.optional() }),
  agent: z.discriminatedUnion(
    'agent',
    [
      strict({
        agent: z.literal('spawn'),
        message: text,
        name: text.regex(/^[a-z0-9_]+$/, 'expected lower-case letters, digits and _').optional(),
        fork: flag.optional(),
      }),
      strict({ agent: z.literal('send'), message: text, which: count.optional() }),
      strict({ agent: z.literal('wait'), timeoutMs: count.optional() }),
      strict({ agent: z.literal('close'), which: count.optional() }),
    ],
    'expected spawn, send, wait or close',
  ),
  flood: strict({
    flood: strict({
      deltas: count,
      text: text.optional(),
      perSecond: amount.gt(0, 'expected more than 0').optional(),
    }),
  }),
  summary: strict({ summary: text }),
  usage: strict({
    usage: strict({
      inputTokens: count.optional(),
      cachedTokens: count.optional(),
      outputTokens: count.optional(),
      reasoningTokens: count.optional(),
    }),
  }),
  rateLimits: strict({
    rateLimits: strict({
      primary: window.optional(),
      secondary: window.optional(),
      credits: z.strictObject({ hasCredits: flag, unlimited: flag, balance: text.optional() }).optional(),
    }),
  }),
  headers: strict({ headers: z.record(z.string(), text, 'expected an object') }),
  firstByteMs: strict({ firstByteMs: amount }),
  waitMs: strict({ waitMs: amount }),
  fail: strict({ fail }),
  drop: strict({ drop: yes }),
  end: strict({ end: yes }),
  event: strict({ event: z.looseObject({ type: text }, 'expected an object') }),
  raw: strict({ raw: text }),
})
const steps = z.array(step, 'expected a list of steps')
const condition = strict({
  text: expression.optional(),
  afterCall: text.optional(),
  output: expression.optional(),
  calls: count.optional(),
  turn: count.min(1, 'expected 1 or more').optional(),
  agent: text.optional(),
  purpose: z.enum(['turn', 'compaction', 'other'], 'expected turn, compaction or other').optional(),
  images: count.optional(),
  schema: flag.optional(),
  model: expression.optional(),
})
const rule = strict({
  when: condition.optional(),
  steps,
  times: count.min(1, 'expected 1 or more').optional(),
})
const script = strict({
  rules: z.array(rule, 'expected a list of rules').min(1, 'expected at least one rule'),
  always: steps.optional(),
  models: z.array(fields, 'expected a list').optional(),
})

/**
 * Reads a script from a JSON document, as a value or as its text. Strict: what it does not know it refuses.
 *
 * @throws ResponsesError `bad-script`; each line of its message names a place, such as `rules[2].steps[0].say: expected text`.
 */
export function parseScript(document: unknown): Script {
  const parsed = script.safeParse(typeof document === 'string' ? parseJson(document) : document)
  if (!parsed.success) throw new ResponsesError('bad-script', parsed.error.issues.map(describe).join('\n'))
  return parsed.data as Script
}

/** `rules[2].steps[0].say: expected text`. */
function describe({
  path,
  message,
}: {
  readonly path: readonly PropertyKey[]
  readonly message: string
}): string {
  const place = path
    .map((part) => (typeof part === 'number' ? `[${String(part)}]` : `.${String(part)}`))
    .join('')
  return `${place === '' ? 'the script' : place.replace(/^\./, '')}: ${message}`
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new ResponsesError('bad-script', `not JSON: ${(cause as Error).message}`, { cause })
  }
}

function isExpression(written: string): boolean {
  try {
    toExpression(written)
    return true
  } catch {
    return false
  }
}
