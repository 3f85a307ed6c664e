import type {
  Approval,
  ApprovalDecision,
  Feed,
  Grant,
  Question,
  QuestionAnswer,
} from '@x/agents/conversation'
import type { AppServerClient, KnownNotification } from '@x/codex-appserver'
import { Approvals, type ApprovalsOptions } from './approvals.ts'
import { DynamicTools, type DynamicTool } from './dynamic-tools.ts'
import { GivenGrants, type KeptGrant } from './given-grants.ts'
import { Questions, type QuestionsOptions } from './questions.ts'
import { SubAgents } from './sub-agents.ts'

export type RequestsOptions = Omit<ApprovalsOptions, 'agents' | 'feed' | 'given'> &
  Omit<QuestionsOptions, 'agents' | 'feed' | 'given' | 'threadId'> & {
    readonly feed: Feed
    readonly threadId: () => string
    /** What was granted for good, when it was asked for, before this process began. @default nothing */
    readonly given?: readonly KeptGrant[]
    /** What the embedder's own tools do. @default none */
    readonly tools?: readonly DynamicTool[]
  }

/** Everything that Codex asks of us, for its thread and for those of the agents that it has begun. */
export class Requests {
  private readonly agents: SubAgents
  private readonly approvals: Approvals
  private readonly questions: Questions
  private readonly tools: DynamicTools
  private readonly given: GivenGrants

  constructor(options: RequestsOptions) {
    this.agents = new SubAgents(options)
    this.given = new GivenGrants(options.given)
    const shared = { agents: this.agents, given: this.given }
    this.approvals = new Approvals({ ...options, ...shared })
    this.questions = new Questions({ ...options, ...shared })
    this.tools = new DynamicTools(options.tools ?? [])
  }

  /** Takes the requests of one connection, once the thread's state is there; the subscriptions end with it. */
  bind(client: AppServerClient, hydrated: Promise<void>): void {
    this.approvals.bind(client, hydrated)
    this.questions.bind(client, hydrated)
    this.tools.bind(client)
    // Who can't be asked about is shown when something is heard of it.
    void hydrated.then(() => this.agents.takeUp(client)).catch(() => undefined)
  }

  /** Takes what a connection tells, of whichever thread. */
  observe(client: AppServerClient, notification: KnownNotification): void {
    this.agents.observe(client, notification)
  }

  answer(approvalId: string, decision: ApprovalDecision): boolean {
    return this.approvals.answer(approvalId, decision)
  }

  answerQuestion(questionId: string, answer: QuestionAnswer): Promise<boolean> {
    return this.questions.answer(questionId, answer)
  }

  onApproval(listener: (approval: Approval) => void): Disposable {
    return this.approvals.onOpen(listener)
  }

  onQuestion(listener: (question: Question) => void): Disposable {
    return this.questions.onOpen(listener)
  }

  /** Whether a grant for the whole session would endanger what was given when it was asked for. */
  endangersGiven(grant: Grant): boolean {
    return this.given.endangers(grant)
  }

  /** It is over: tools that still run are told to stop. */
  end(): void {
    this.tools.end()
  }
}
