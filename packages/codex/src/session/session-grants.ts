import { ConversationError, type Grant } from '@x/agents/conversation'
import type { AppServerClient } from '@x/codex-appserver'
import type { Host } from '@x/host'
import { proveIsolation } from '../posture/canary.ts'
import { areNested, coversGrant, grantsThatHold, resolveGrant, withoutNested } from '../posture/grants.ts'
import { PROFILE, type PermissionPlaces } from '../posture/render-permissions.ts'
import { findNested } from './nested-session.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { writeConfig } from './task-directory.ts'

export interface SessionGrantsOptions {
  readonly host: Host
  readonly places: PermissionPlaces
  readonly record: RecordKeeper
  /** Ends what is being proved. */
  readonly signal: AbortSignal
}

/** What a person has allowed beside the posture: in the record, in the profile, and under proof. */
export class SessionGrants {
  private readonly options: SessionGrantsOptions
  private tail: Promise<unknown> = Promise.resolve()

  constructor(options: SessionGrantsOptions) {
    this.options = options
  }

  /**
   * Allows one thing more, from the next turn on. It counts when a command that runs under the new profile can do it,
   * and no more than that; else everything is as it was.
   * @returns the grant with its real path @throws ConversationError `not-grantable`; SessionError `posture`
   */
  add(client: AppServerClient, grant: Grant): Promise<Grant> {
    const added = this.tail.then(() => this.tryToAdd(client, grant))
    this.tail = added.catch(() => undefined)
    return added
  }

  /**
   * Has a thread that was taken up run under what is granted and hidden: Codex reads the profile of a thread when it is
   * told to.
   */
  async apply(client: AppServerClient, threadId: string): Promise<void> {
    const { hidden = [] } = this.options.record.current
    if (this.granted.length > 0 || hidden.length > 0) await useProfile(client, threadId)
  }

  /** Proves the isolation with what is granted. @throws SessionError `posture` when it does not hold, or more is open */
  async prove(client: AppServerClient): Promise<{ readonly grantsHold: boolean }> {
    const { host, places, record, signal } = this.options
    const grants = await grantsThatHold(host, places, record.current.grants ?? [])
    return proveIsolation(host, client, places, { signal, grants })
  }

  private get granted(): readonly Grant[] {
    return this.options.record.current.grants ?? []
  }

  private async tryToAdd(client: AppServerClient, wanted: Grant): Promise<Grant> {
    const { host, places } = this.options
    const grant = await resolveGrant(host, places, wanted)
    await this.assertApart(grant)
    const before = this.granted
    if (before.some((one) => coversGrant(one, grant))) return grant
    // An agent of the agent may still run under what it began with, the inner place among it.
    if (before.some((one) => areNested(one, grant)))
      throw new ConversationError(
        'not-grantable',
        `${'path' in grant ? grant.path : 'the network'} can't be granted: it holds what was granted before`,
      )
    await this.use(client, withoutNested([...before, grant]))
    try {
      const { grantsHold } = await this.prove(client)
      if (grantsHold) return grant
    } catch (error) {
      await this.use(client, before)
      throw error
    }
    await this.use(client, before)
    throw new ConversationError(
      'not-grantable',
      `${'path' in grant ? grant.path : 'the network'} can't be opened: something other than the sandbox stands in the way`,
    )
  }

  private async assertApart(grant: Grant): Promise<void> {
    if (!('path' in grant) || grant.mode === 'read') return
    const { host, places, record } = this.options
    const { stateDir } = places
    const nested = await findNested(host, { stateDir, taskId: record.current.taskId }, [grant.path])
    if (!nested) return
    const where = `session ${nested.taskId} works in ${nested.theirs}`
    throw new ConversationError('not-grantable', `${grant.path} can't be granted: ${where}`)
  }

  private async use(client: AppServerClient, grants: readonly Grant[]): Promise<void> {
    const { host, places, record } = this.options
    await record.save({ grants: [...grants] })
    await writeConfig(host, record.current, places)
    const { threadId } = record.current
    if (threadId !== null) await useProfile(client, threadId)
  }
}

/** From the next turn on; a turn that runs keeps what it began with. */
async function useProfile(client: AppServerClient, threadId: string): Promise<void> {
  await client.request('thread/settings/update', { threadId, permissions: PROFILE })
}
