import type { InputField, InputQuestion } from '@x/agents/conversation'
import type { ParamsOf, ResultOf } from '@x/codex-appserver'

type Params = ParamsOf<'item/tool/requestUserInput'>
type Answers = Readonly<Record<string, readonly string[]>>

/** UTF-16 units of one answer, and how many there may be to one question. */
const MAX_ANSWER = 64 * 1024
const MAX_ANSWERS = 100

export function inputFields({ questions }: Params): readonly InputField[] {
  return questions.map(({ id, header, question, options, isOther, isSecret }) => ({
    id,
    header,
    text: question,
    options: (options ?? []).map(({ label, description }) => ({ label, description })),
    allowsOther: isOther === true || (options ?? []).length === 0,
    secret: isSecret === true,
  }))
}

/** What Codex is told. An answer that does not fit says in what, and never what was typed. */
export function inputAnswer(
  question: InputQuestion,
  answers: Answers,
): ResultOf<'item/tool/requestUserInput'> | { readonly misfit: string } {
  const fields = new Map(question.fields.map((field) => [field.id, field]))
  const entries = isRecord(answers) ? Object.entries(answers) : undefined
  if (!entries) return { misfit: 'expected answers by the name of their question' }
  for (const [id, given] of entries) {
    const field = fields.get(id)
    if (!field) return { misfit: 'an answer to a question that was not asked' }
    if (!isAnswer(given)) return { misfit: `the answer to "${field.header}" is no list of short texts` }
    if (!field.allowsOther && !given.every((text) => field.options.some(({ label }) => label === text)))
      return { misfit: `the answer to "${field.header}" is not among its options` }
  }
  return { answers: Object.fromEntries(entries.map(([id, given]) => [id, { answers: [...given] }])) }
}

function isAnswer(given: unknown): given is readonly string[] {
  return (
    Array.isArray(given) &&
    given.length <= MAX_ANSWERS &&
    given.every((text) => typeof text === 'string' && text.length <= MAX_ANSWER)
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
