import path from 'node:path'
import {
  ConversationError,
  type Approval,
  type ApprovalDecision,
  type Feed,
  type FileChange,
} from '@x/agents/conversation'
import type { AppServerClient, ParamsOf } from '@x/codex-appserver'
import type { GivenGrants } from './given-grants.ts'
import { OpenRequests, requestName } from './open-requests.ts'
import type { AskedCall } from './read-rollout.ts'
import type { Asker, SubAgents } from './sub-agents.ts'
import { notice } from './translate-notice.ts'
import { unwrapShell } from './unwrap-shell.ts'

type CommandParams = ParamsOf<'item/commandExecution/requestApproval'>
type FileParams = ParamsOf<'item/fileChange/requestApproval'>
type CodexDecision = 'accept' | 'acceptForSession' | 'decline' | 'cancel'

const DECISIONS: Readonly<Record<ApprovalDecision, CodexDecision>> = {
  accept: 'accept',
  'accept-for-session': 'acceptForSession',
  decline: 'decline',
  cancel: 'cancel',
}

export interface ApprovalsOptions {
  readonly feed: Feed
  readonly agents: SubAgents
  /** What was allowed when it was asked for: a command may run with it. */
  readonly given: GivenGrants
  /**
   * Whether the call behind an item, of the agent itself or of one that it has begun, asks to run outside the
   * sandbox. What can't be told must be `true`.
   */
  readonly leavesSandbox: (asked: AskedCall, agent: Asker['agent']) => Promise<boolean>
  /** Where an accepted change of files may lie. */
  readonly writableRoots: readonly string[]
  /** Nobody is to be asked: everything is declined at once. @default false */
  readonly unattended?: boolean
}

/**
 * What the agent may do only with a person's word: each waits, for hours if need be, until anyone answers it here, on
 * another client, or its turn ends. What would leave the sandbox is declined at once: `confined` has no way out.
 */
export class Approvals {
  private readonly options: ApprovalsOptions
  private readonly open = new OpenRequests<Approval, ApprovalDecision>()

  constructor(options: ApprovalsOptions) {
    this.options = options
  }

  /** Takes the questions of one connection, once the thread's state is there; the subscriptions end with it. */
  bind(client: AppServerClient, hydrated: Promise<void>): void {
    const { agents, given, leavesSandbox } = this.options
    client.onRequest('item/commandExecution/requestApproval', async (params, { requestId, signal }) => {
      await hydrated
      const asker = await agents.whose(client, params.threadId)
      const escape = !asker || asksForMore(params, given) || (await leavesSandbox(params, asker.agent))
      const approval = commandApproval(requestName(requestId, params), params, escape)
      return { decision: await this.ask({ ...approval, ...agentOf(asker) }, signal) }
    })
    client.onRequest('item/fileChange/requestApproval', async (params, { requestId, signal }) => {
      await hydrated
      const asker = await agents.whose(client, params.threadId)
      const escape = !asker || this.changesOutside(params, asker)
      const approval = fileApproval(requestName(requestId, params), params, escape)
      return { decision: await this.ask({ ...approval, ...agentOf(asker) }, signal) }
    })
  }

  /** @returns false when it is no longer open @throws ConversationError `choice-not-offered` */
  answer(approvalId: string, decision: ApprovalDecision): boolean {
    const approval = this.open.get(approvalId)
    if (!approval) return false
    if (!approval.choices.includes(decision)) {
      throw new ConversationError(
        'choice-not-offered',
        `"${decision}" is not among ${approval.choices.join(', ')}`,
      )
    }
    return this.open.settle(approvalId, decision)
  }

  onOpen(listener: (approval: Approval) => void): Disposable {
    return this.open.onOpen(listener)
  }

  private async ask(approval: Approval, signal: AbortSignal): Promise<CodexDecision> {
    const { feed, unattended = false } = this.options
    // Answered elsewhere while we looked at it.
    if (signal.aborted) return 'decline'
    if (approval.leavesSandbox || unattended) {
      this.tellDeclined(approval)
      return 'decline'
    }
    this.showItem(approval)
    feed.publish({ type: 'approval-requested', approval })
    let decision: ApprovalDecision | undefined
    try {
      decision = await this.open.wait(approval, signal)
      if (decision === 'decline' || decision === 'cancel') this.showDeclined(approval)
      // Nobody waits for the answer to a question that was answered elsewhere or has ended.
      return decision === undefined ? 'decline' : DECISIONS[decision]
    } finally {
      feed.publish({
        type: 'approval-resolved',
        approvalId: approval.id,
        ...(decision !== undefined && { decision }),
      })
    }
  }

  private tellDeclined(approval: Approval): void {
    const what =
      approval.command ??
      (approval.leavesSandbox ? 'a change of files outside the work directory' : 'a change of files')
    const why = approval.leavesSandbox ? 'it would leave the sandbox' : 'nobody is asked in this session'
    for (const event of notice(`Declined, since ${why}: ${what}`, { id: `declined-${approval.id}` }))
      this.options.feed.publish(event)
    this.showItem(approval)
    this.showDeclined(approval)
  }

  /** After a re-attach the history does not list the command that waits: nothing of its output can have been missed. */
  private showItem({ agentId, turnId, itemId, command, cwd = '' }: Approval): void {
    const turn = this.options.feed.state.turns.find((one) => one.id === turnId)
    if (
      agentId !== undefined ||
      command === undefined ||
      turn?.items.some((item) => item.id === itemId && item.phase !== 'catching-up')
    )
      return
    const item = {
      type: 'command',
      id: itemId,
      phase: 'open',
      command,
      cwd,
      status: 'running',
      output: '',
      outputDropped: 0,
    } as const
    this.options.feed.publish({ type: 'item-started', turnId, item })
  }

  /** Codex tells the end of what was declined to the connection that was there when it asked, and to no later one. */
  private showDeclined({ agentId, turnId, itemId }: Approval): void {
    if (agentId !== undefined) return
    const turn = this.options.feed.state.turns.find((one) => one.id === turnId)
    const item = turn?.items.find((one) => one.id === itemId)
    if (item?.type !== 'command' && item?.type !== 'file-change') return
    if (item.phase === 'done') return
    this.options.feed.publish({
      type: 'item-completed',
      turnId,
      item: { ...item, phase: 'done', status: 'declined' },
    })
  }

  private changesOutside(params: FileParams, asker: Asker): boolean {
    if (typeof params.grantRoot === 'string') return true
    const changes = asker.agent
      ? this.options.agents.changesOf(params.threadId, params.itemId)
      : this.ownChanges(params)
    if (!changes || changes.length === 0) return true
    return changes.some(
      (change) => !this.options.writableRoots.some((root) => isChangeable(root, change.path)),
    )
  }

  private ownChanges({ turnId, itemId }: FileParams): FileChange['changes'] | undefined {
    const turn = this.options.feed.state.turns.find((one) => one.id === turnId)
    const item = turn?.items.find((one) => one.id === itemId)
    return item?.type === 'file-change' ? item.changes : undefined
  }
}

/** What programs outside the sandbox obey; the sandbox keeps commands from writing it, and an accepted patch would not be kept. */
const PROTECTED = ['.git', '.codex', '.agents']

function isChangeable(root: string, file: string): boolean {
  const names = path.posix.relative(root, path.posix.resolve(root, file)).split('/')
  return names[0] !== '..' && !names.some((name) => PROTECTED.includes(name.toLowerCase()))
}

/** More than the sandbox and the person have given: other places, or a host in the network. Accepting would grant it. */
function asksForMore(params: CommandParams, given: GivenGrants): boolean {
  const { additionalPermissions: more, networkApprovalContext } = params
  return isSaid(networkApprovalContext) || (isSaid(more) && !given.cover(more, params))
}

function isSaid<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null
}

function agentOf(asker: Asker | undefined): { readonly agentId?: string } {
  return asker?.agent ? { agentId: asker.agent.id } : {}
}

function commandApproval(id: string, params: CommandParams, leavesSandbox: boolean): Approval {
  return {
    ...base(id, params, leavesSandbox),
    choices: choicesOf(params),
    kind: 'command',
    ...(typeof params.command === 'string' && { command: unwrapShell(params.command) }),
    ...(typeof params.cwd === 'string' && { cwd: params.cwd }),
  }
}

function fileApproval(id: string, params: FileParams, leavesSandbox: boolean): Approval {
  return { ...base(id, params, leavesSandbox), kind: 'file-change' }
}

function base(
  id: string,
  params: CommandParams | FileParams,
  leavesSandbox: boolean,
): Omit<Approval, 'kind'> {
  return {
    id,
    turnId: params.turnId,
    itemId: params.itemId,
    leavesSandbox,
    choices: ['accept', 'accept-for-session', 'decline', 'cancel'],
    requestedAt: params.startedAtMs,
    ...(typeof params.reason === 'string' && { reason: params.reason }),
  }
}

/**
 * What Codex lets be answered. To say no is always possible, whether it lists it or not. Where it offers to allow by a
 * rule whatever begins like this command, for good, the same for this one command and this session is less.
 */
function choicesOf({ availableDecisions }: CommandParams): readonly ApprovalDecision[] {
  if (!availableDecisions) return ['accept', 'accept-for-session', 'decline', 'cancel']
  const offersRule = availableDecisions.some(
    (decision) => typeof decision === 'object' && 'acceptWithExecpolicyAmendment' in decision,
  )
  return [
    ...(availableDecisions.includes('accept') ? (['accept'] as const) : []),
    ...(availableDecisions.includes('acceptForSession') || offersRule
      ? (['accept-for-session'] as const)
      : []),
    'decline',
    'cancel',
  ]
}
