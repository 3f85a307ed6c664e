import path from 'node:path'
import { ConversationError, type Approval, type ApprovalDecision, type Feed } from '@x/agents/conversation'
import type { AppServerClient, ParamsOf } from '@x/codex-appserver'
import type { AskedCall } from './read-rollout.ts'
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
  /** Whether the call behind an item asks to run outside the sandbox. What can't be told must be `true`. */
  readonly leavesSandbox: (asked: AskedCall) => Promise<boolean>
  /** Where an accepted change of files may lie. */
  readonly writableRoots: readonly string[]
}

/**
 * The agent's open questions: each waits, for hours if need be, until anyone answers it here, on another client, or
 * its turn ends. What would leave the sandbox is declined at once: `confined` has no way out.
 */
export class Approvals {
  private readonly options: ApprovalsOptions
  private readonly open = new Map<
    string,
    { approval: Approval; settle: (decision: ApprovalDecision) => void }
  >()
  private readonly listeners = new Set<(approval: Approval) => void>()

  constructor(options: ApprovalsOptions) {
    this.options = options
  }

  /** Takes the questions of one connection, once the thread's state is there; the subscriptions end with it. */
  bind(client: AppServerClient, hydrated: Promise<void>): void {
    client.onRequest('item/commandExecution/requestApproval', async (params, { requestId, signal }) => {
      await hydrated
      const escape = await this.options.leavesSandbox(params)
      return { decision: await this.ask(commandApproval(String(requestId), params, escape), signal) }
    })
    client.onRequest('item/fileChange/requestApproval', async (params, { requestId, signal }) => {
      await hydrated
      const escape = this.changesOutside(params)
      return { decision: await this.ask(fileApproval(String(requestId), params, escape), signal) }
    })
  }

  /** @returns false when it is no longer open @throws ConversationError `choice-not-offered` */
  answer(approvalId: string, decision: ApprovalDecision): boolean {
    const entry = this.open.get(approvalId)
    if (!entry) return false
    if (!entry.approval.choices.includes(decision)) {
      throw new ConversationError(
        'choice-not-offered',
        `"${decision}" is not among ${entry.approval.choices.join(', ')}`,
      )
    }
    entry.settle(decision)
    return true
  }

  onOpen(listener: (approval: Approval) => void): Disposable {
    this.listeners.add(listener)
    for (const { approval } of this.open.values()) callListener(listener, approval)
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) }
  }

  private async ask(approval: Approval, signal: AbortSignal): Promise<CodexDecision> {
    const { feed } = this.options
    // Answered elsewhere while we looked at it.
    if (signal.aborted) return 'decline'
    if (approval.leavesSandbox) {
      const what = approval.command ?? 'a change of files outside the work directory'
      feed.publish({
        type: 'notice',
        notice: {
          id: `declined-${approval.id}`,
          level: 'warning',
          message: `Declined, since it would leave the sandbox: ${what}`,
        },
      })
      this.showItem(approval)
      this.showDeclined(approval)
      return 'decline'
    }
    this.showItem(approval)
    feed.publish({ type: 'approval-requested', approval })
    try {
      const decision = await new Promise<CodexDecision | undefined>((resolve) => {
        this.open.set(approval.id, { approval, settle: (decision) => resolve(DECISIONS[decision]) })
        signal.addEventListener('abort', () => resolve(undefined), { once: true })
        for (const listener of this.listeners) callListener(listener, approval)
      })
      if (decision === 'decline' || decision === 'cancel') this.showDeclined(approval)
      // Nobody waits for the answer to a question that was answered elsewhere or has ended.
      return decision ?? 'decline'
    } finally {
      this.open.delete(approval.id)
      feed.publish({ type: 'approval-resolved', approvalId: approval.id })
    }
  }

  /** After a re-attach the history does not list the command that waits: nothing of its output can have been missed. */
  private showItem({ turnId, itemId, command, cwd = '' }: Approval): void {
    const turn = this.options.feed.state.turns.find((one) => one.id === turnId)
    if (
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
  private showDeclined({ turnId, itemId }: Approval): void {
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

  private changesOutside(params: FileParams): boolean {
    if (typeof params.grantRoot === 'string') return true
    const turn = this.options.feed.state.turns.find((one) => one.id === params.turnId)
    const item = turn?.items.find((one) => one.id === params.itemId)
    if (item?.type !== 'file-change' || item.changes.length === 0) return true
    return item.changes.some(
      (change) => !this.options.writableRoots.some((root) => isChangeable(root, change.path)),
    )
  }
}

/** What programs outside the sandbox obey; the sandbox keeps commands from writing it, and an accepted patch would not be kept. */
const PROTECTED = ['.git', '.codex', '.agents']

function isChangeable(root: string, file: string): boolean {
  const names = path.posix.relative(root, path.posix.resolve(root, file)).split('/')
  return names[0] !== '..' && !names.some((name) => PROTECTED.includes(name.toLowerCase()))
}

function commandApproval(id: string, params: CommandParams, leavesSandbox: boolean): Approval {
  return {
    ...base(id, params, leavesSandbox),
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

/** A listener that throws is its owner's defect; the question stays open for the others. */
function callListener(listener: (approval: Approval) => void, approval: Approval): void {
  try {
    listener(approval)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
