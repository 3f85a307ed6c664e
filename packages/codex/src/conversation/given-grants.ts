import type { Grant } from '@x/agents/conversation'
import type { protocol } from '@x/codex-appserver'
import { areNested } from '../posture/grants.ts'
import { isThatGrant, readGrants } from './permission-requests.ts'

/** The newest of a session: what is forgotten is asked for again. More than a person says yes to. */
const MAX_GIVEN = 10_000

/** What of a thread, and until when: for good, or while `turnId` runs. */
interface Given {
  readonly threadId: string
  readonly turnId?: string
  readonly grant: Grant
}

/** What was given to a thread for good, as it is kept. */
export type KeptGrant = Omit<Given, 'turnId'>

/**
 * What a person has allowed a thread beside its sandbox, when it was asked for. Codex tells it again with each command
 * that runs with it. What was allowed in a terminal is not known here.
 */
export class GivenGrants {
  private given: readonly Given[]

  /** @param kept what was given for good before this process began */
  constructor(kept: readonly KeptGrant[] = []) {
    this.given = kept
  }

  give(
    grants: readonly Grant[],
    { threadId, turnId, scope }: { threadId: string; turnId: string | undefined; scope: 'turn' | 'session' },
  ): void {
    const added = grants.map((grant) => ({
      threadId,
      grant,
      ...(scope === 'turn' && { turnId: turnId ?? '' }),
    }))
    this.given = [...this.given, ...added].slice(-MAX_GIVEN)
  }

  /**
   * Whether it holds, or lies in, what was given to any thread: commands that write in the one could then have the
   * other lead elsewhere.
   */
  endangers(grant: Grant): boolean {
    return this.given.some((one) => areNested(one.grant, grant))
  }

  /** Whether all of it was allowed, to this thread and for this turn. What can't be read was not. */
  cover(
    permissions: protocol.AdditionalPermissionProfile,
    { threadId, turnId }: { readonly threadId: string; readonly turnId: string },
  ): boolean {
    const { grants, unreadable } = readGrants(permissions)
    const here = this.given.filter(
      (one) => one.threadId === threadId && (one.turnId === undefined || one.turnId === turnId),
    )
    return !unreadable && grants.every((grant) => here.some((one) => isThatGrant(one.grant, grant)))
  }
}
