import type { Streaming } from './cut-text.ts'
import type { SayStep } from './say.ts'

/** An answer as JSON, for a request with an `outputSchema`. Nobody checks it against the schema: a test may want one that does not fit. */
export interface AnswerStep extends Streaming {
  readonly answer: unknown
}

/** The message that carries it. */
export function answerAsMessage({ answer, ...streaming }: AnswerStep): SayStep {
  return { say: JSON.stringify(answer), ...streaming }
}
