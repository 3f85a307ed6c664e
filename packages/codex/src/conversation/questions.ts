import { ConversationError, type Feed, type Question, type QuestionAnswer } from '@x/agents/conversation'
import type { AppServerClient, ParamsOf, ResultOf } from '@x/codex-appserver'
import { elicitationAnswer, elicitationAsk } from './elicitation.ts'
import type { GivenGrants, KeptGrant } from './given-grants.ts'
import { inputAnswer, inputFields } from './input-questions.ts'
import { OpenRequests, requestName } from './open-requests.ts'
import { grantedPermissions, requestedGrants, type MayGrant } from './permission-requests.ts'
import type { SubAgents } from './sub-agents.ts'
import { notice } from './translate-notice.ts'

export interface QuestionsOptions {
  readonly feed: Feed
  /** The thread of the agent itself. */
  readonly threadId: () => string
  readonly agents: SubAgents
  /** Told of what is granted. */
  readonly given: GivenGrants
  /** Told before Codex is, of what is granted for good. @default nothing is kept */
  readonly onGiven?: (grants: readonly KeptGrant[]) => Promise<void>
  /** Whether something may be granted at all. What can't be told must be `false`. @default nothing may */
  readonly mayGrant?: MayGrant
  /** Nobody is to be asked: everything gets the answer that grants nothing, at once. @default false */
  readonly unattended?: boolean
}

type Result =
  | ResultOf<'item/tool/requestUserInput'>
  | ResultOf<'mcpServer/elicitation/request'>
  | ResultOf<'item/permissions/requestApproval'>
type Misfit = { readonly misfit: string }
type Asking = { readonly params: { threadId: string; turnId?: string | null; itemId?: string } }

/** The answers that say and grant nothing, and let the agent go on. */
const DECLINED = {
  input: { answers: {} },
  elicitation: { action: 'decline' },
  permission: { permissions: {} },
} as const satisfies Record<Question['kind'], Result>

/**
 * What the agent, or one of its tools' servers, wants to know of a person. Each question is open until anyone answers
 * it, here or on another client, or its turn ends. What was typed goes to Codex and nowhere else: no feed, log or error
 * has it.
 */
export class Questions {
  private readonly options: QuestionsOptions
  private readonly open = new OpenRequests<Question, Result>()

  constructor(options: QuestionsOptions) {
    this.options = options
  }

  /** Takes the questions of one connection, once the thread's state is there; the subscriptions end with it. */
  bind(client: AppServerClient, hydrated: Promise<void>): void {
    client.onRequest('item/tool/requestUserInput', async (params, { requestId, signal }) => {
      await hydrated
      const base = await this.base(client, requestId, { params })
      const question = base && { ...base, kind: 'input' as const, fields: inputFields(params) }
      return this.ask('input', question, signal) as Promise<ResultOf<'item/tool/requestUserInput'>>
    })
    client.onRequest('mcpServer/elicitation/request', async (params, { requestId, signal }) => {
      await hydrated
      const base = await this.base(client, requestId, { params })
      const question = base && { ...base, kind: 'elicitation' as const, ...elicitationAsk(params) }
      return this.ask('elicitation', question, signal) as Promise<ResultOf<'mcpServer/elicitation/request'>>
    })
    client.onRequest('item/permissions/requestApproval', async (params, { requestId, signal }) => {
      await hydrated
      const base = await this.base(client, requestId, { params })
      const question = base && (await permissionQuestion(base, params, this.mayGrant))
      return this.ask('permission', question, signal) as Promise<ResultOf<'item/permissions/requestApproval'>>
    })
  }

  /** @returns false when it is no longer open @throws ConversationError `choice-not-offered`; it stays open */
  async answer(questionId: string, answer: QuestionAnswer): Promise<boolean> {
    const question = this.open.get(questionId)
    if (!question) return false
    const result = await this.resultOf(question, answer)
    if ('misfit' in result) throw new ConversationError('choice-not-offered', result.misfit)
    // Another answer may have been given meanwhile.
    if (answer.kind === 'permission' && answer.grants.some((grant) => this.options.given.endangers(grant)))
      throw new ConversationError('choice-not-offered', 'a grant that may no longer be given')
    await this.keep(question, answer)
    const settled = this.open.settle(questionId, result)
    if (settled) this.remember(question, answer)
    return settled
  }

  onOpen(listener: (question: Question) => void): Disposable {
    return this.open.onOpen(listener)
  }

  private readonly mayGrant: MayGrant = async (grant) => {
    const { given, mayGrant } = this.options
    return mayGrant !== undefined && !given.endangers(grant) && mayGrant(grant)
  }

  /** Before it counts: who takes the session up later has to know what commands may do. */
  private async keep({ agentId }: Question, answer: QuestionAnswer): Promise<void> {
    const { threadId, onGiven } = this.options
    if (answer.kind !== 'permission' || answer.scope !== 'session' || answer.grants.length === 0) return
    await onGiven?.(answer.grants.map((grant) => ({ threadId: agentId ?? threadId(), grant })))
  }

  private remember({ turnId, agentId }: Question, answer: QuestionAnswer): void {
    if (answer.kind !== 'permission') return
    const { given, threadId } = this.options
    given.give(answer.grants, { threadId: agentId ?? threadId(), turnId, scope: answer.scope })
  }

  private async resultOf(question: Question, answer: QuestionAnswer): Promise<Result | Misfit> {
    if (answer.kind === 'declined') return DECLINED[question.kind]
    if (question.kind === 'input' && answer.kind === 'input') return inputAnswer(question, answer.answers)
    if (question.kind === 'elicitation' && answer.kind === 'elicitation')
      return elicitationAnswer(question, answer.values)
    if (question.kind === 'permission' && answer.kind === 'permission')
      return grantedPermissions(question.grants, answer, this.mayGrant)
    return { misfit: `the question is one of ${question.kind}` }
  }

  /** `undefined` for a thread that is none of ours. */
  private async base(
    client: AppServerClient,
    requestId: string | number,
    { params }: Asking,
  ): Promise<Pick<Question, 'id' | 'turnId' | 'agentId' | 'askedAt'> | undefined> {
    const asker = await this.options.agents.whose(client, params.threadId)
    if (!asker) return undefined
    return {
      id: requestName(requestId, params),
      ...(typeof params.turnId === 'string' && { turnId: params.turnId }),
      ...(asker.agent && { agentId: asker.agent.id }),
      askedAt: Date.now(),
    }
  }

  private async ask(
    kind: Question['kind'],
    question: Question | undefined,
    signal: AbortSignal,
  ): Promise<Result> {
    const { feed, unattended = false } = this.options
    if (signal.aborted || !question) return DECLINED[kind]
    const why = unattended ? 'nobody is asked in this session' : refusal(question)
    if (why !== undefined) {
      for (const event of notice(`Declined, since ${why}: ${summary(question)}`, {
        id: `declined-${question.id}`,
      }))
        feed.publish(event)
      return DECLINED[kind]
    }
    feed.publish({ type: 'question-asked', question })
    try {
      return (await this.open.wait(question, signal)) ?? DECLINED[kind]
    } finally {
      feed.publish({ type: 'question-resolved', questionId: question.id })
    }
  }
}

async function permissionQuestion(
  base: Pick<Question, 'id' | 'turnId' | 'agentId' | 'askedAt'>,
  params: ParamsOf<'item/permissions/requestApproval'>,
  mayGrant: MayGrant,
): Promise<Question> {
  const { reason } = params
  return {
    ...base,
    kind: 'permission',
    ...(typeof reason === 'string' && reason !== '' && { reason }),
    grants: await requestedGrants(params, mayGrant),
  }
}

/** What nobody may grant is not asked, here or elsewhere. */
function refusal(question: Question): string | undefined {
  return question.kind === 'permission' && question.grants.length === 0
    ? 'nothing of it may be granted'
    : undefined
}

function summary(question: Question): string {
  switch (question.kind) {
    case 'input':
      return question.fields.map(({ text }) => text).join(' ')
    case 'elicitation':
      return `${question.server}: ${question.message}`
    case 'permission':
      return question.reason ?? 'a wish for more than the sandbox allows'
  }
}
