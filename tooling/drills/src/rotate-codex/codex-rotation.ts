import { setTimeout as delay } from 'node:timers/promises'
import type { Seeds, SeedSummary } from '@x/agents/seeds'
import type { Store } from '@x/agents/store'
import type { LoginMode } from '@x/codex'
import type { IssuedTokens, TokenEndpointFixture } from '@x/fixtures'
import type { Host } from '@x/host'
import { homeWithLogin } from '../logins/home-with-login.ts'
import type { LoginFindings } from '../logins/login-tally.ts'
import { OWNER, storedLogin } from '../logins/stored-login.ts'
import { findOnWorker } from './find-on-worker.ts'
import { ACCOUNT } from './claims.ts'
import type { CodexOrchestrator } from './orchestrators.ts'
import { SESSIONS, type PlannedRotation } from './plan.ts'

/** For sessions to answer and for what they renewed to be saved, once nobody is killed any more. */
const HEAL_MS = 90_000
/** For the first of them to renew. */
const ASKED_MS = 5_000

export interface CodexRotationOptions {
  readonly mode: LoginMode
  readonly directory: string
  readonly stateDir: string
  readonly host: Host
  readonly store: Store
  readonly seeds: Seeds
  readonly endpoint: TokenEndpointFixture
  readonly orchestrator: CodexOrchestrator
  /** The model refuses every access token of the login that there is. */
  readonly expire: (login: IssuedTokens) => void
  readonly say: (text: string) => void
}

/** Real sessions on one login, which is renewed in every run while whoever drives them is killed. */
export class CodexRotation {
  private readonly options: CodexRotationOptions
  private readonly spent: string[] = []
  private login: IssuedTokens
  private seed: SeedSummary | undefined
  private messages = 0
  /** Sessions of a login that was lost are not those of the next one. */
  private generation = 1

  constructor(options: CodexRotationOptions) {
    this.options = options
    this.login = options.endpoint.login()
  }

  private get taskIds(): readonly string[] {
    const { mode } = this.options
    return Array.from({ length: SESSIONS[mode] }, (_, n) => `${mode}-${this.generation}-${n}`)
  }

  async run(planned: PlannedRotation): Promise<LoginFindings> {
    const started = performance.now()
    const { mode, say } = this.options
    const family = this.login.family
    const problems = [...(await this.ensure())]
    await this.rotateAndKill(planned)
    const found = await this.heal()
    problems.push(...found.problems, ...(await this.leaks()))
    const repeated = this.options.endpoint.ledger.filter(
      (entry) => entry.family === family && entry.outcome === 'reused',
    ).length
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    const name = `${mode} run ${planned.n}: ${planned.death}`
    for (const problem of problems) say(`LOSS  ${name}: ${problem}`)
    const isLost = problems.length > 0 || repeated > 0
    say(`${isLost ? 'LOSS' : 'ok'}  ${name}, ${found.isUnknown ? 'unknown' : 'renewed'} in ${seconds} s`)
    // A login that was lost once would be counted again in each run.
    if (isLost || found.isUnknown) await this.logInAgain()
    return {
      lost: problems.length,
      repeated,
      unknown: found.isUnknown ? 1 : 0,
      burnt: found.isBurnt ? 1 : 0,
    }
  }

  /** Ends the sessions: nothing of the login may be left where they were, and nobody may have it. */
  async close(): Promise<readonly string[]> {
    const { orchestrator } = this.options
    const problems = [...(await this.ensure()), ...(await orchestrator.close())]
    const seed = this.seed && (await this.options.seeds.get(this.seed))
    if (seed && seed.sessions.length > 0) problems.push('handles are left')
    if (seed?.lease) problems.push('a lease is left')
    return [...problems, ...(await this.leaks(true))]
  }

  /** A process with all sessions, begun or taken up. @returns what could not be */
  private async ensure(): Promise<readonly string[]> {
    const { orchestrator } = this.options
    await orchestrator.start()
    this.seed ??= await this.capture()
    const { seedId } = this.seed
    const faults = await Promise.all(this.taskIds.map((taskId) => orchestrator.open(taskId, seedId)))
    return faults.flatMap((fault) => (fault === undefined ? [] : [`a session can't be opened: ${fault}`]))
  }

  private async rotateAndKill({ death, afterMs, againMs, slow }: PlannedRotation): Promise<void> {
    const { orchestrator, expire, endpoint } = this.options
    const asked = endpoint.nextRequest()
    if (slow) endpoint.plan({ kind: 'slow', ...slow })
    if (death === 'attach') await orchestrator.kill()
    expire(this.login)
    if (death === 'attach') await orchestrator.start()
    const doing = death === 'attach' ? this.ensure() : undefined
    const sending = this.sendAll()
    if (death !== 'none') {
      // A slow provider is there to be interrupted.
      if (slow) await Promise.race([asked, delay(ASKED_MS, undefined, { ref: false })])
      await delay(slow ? Math.min(afterMs, slow.ms) : afterMs)
      await orchestrator.kill()
    }
    if (death === 'twice') {
      await orchestrator.start()
      const again = this.ensure()
      await delay(againMs)
      await orchestrator.kill()
      await again
    }
    await Promise.allSettled([doing, sending])
  }

  private sendAll(): Promise<readonly (string | undefined)[]> {
    const n = (this.messages += 1)
    return Promise.all(this.taskIds.map((taskId) => this.options.orchestrator.send(taskId, n)))
  }

  /** Until every session answers with a login that is stored, or it is unknown. */
  private async heal(): Promise<{
    readonly problems: readonly string[]
    readonly isUnknown: boolean
    readonly isBurnt: boolean
  }> {
    const { store, endpoint } = this.options
    const giveUpAt = performance.now() + HEAL_MS
    for (;;) {
      const problems = [...(await this.ensure())]
      for (const status of await this.sendAll())
        if (status !== 'completed')
          problems.push(`a session does not answer: ${status ?? 'its process died'}`)
      const { seedId } = this.seed ?? { seedId: '' }
      const { refresh, lease } = await store.seeds.get({ owner: OWNER, seedId })
      const { refreshToken } = await storedLogin(store, seedId)
      const isBurnt = endpoint.newestOf(this.login.family) !== refreshToken
      // Whoever dies between its mark and its request can't be told from one that dies behind it.
      if (refresh.state === 'unknown') return { problems: [], isUnknown: true, isBurnt }
      if (isBurnt) problems.push('the token that is stored is spent')
      if (refresh.state === 'dead') problems.push(`it is dead: ${refresh.reason ?? ''}`)
      if (lease?.state === 'quarantined') problems.push('its lease was left')
      if (problems.length === 0 || performance.now() > giveUpAt)
        return { problems, isUnknown: false, isBurnt: false }
      await delay(250)
    }
  }

  /** Where what renews the login lies, and must not. */
  private async leaks(everywhere = false): Promise<readonly string[]> {
    const { mode, stateDir, endpoint } = this.options
    if (mode === 'planted' && !everywhere) return []
    const newest = endpoint.newestOf(this.login.family)
    const secrets = [this.login.refreshToken, ...this.spent, ...(newest === undefined ? [] : [newest])]
    const places = await findOnWorker(stateDir, secrets)
    return places.map((place) => `a refresh token lies in ${place}`)
  }

  private async capture(): Promise<SeedSummary> {
    const { seeds, host, directory } = this.options
    const home = await homeWithLogin(directory, this.login, ACCOUNT)
    return seeds.capture({ host, home, owner: OWNER, name: this.login.family, agent: 'codex' })
  }

  /** What a person does when a login is unknown: the same seed, its sessions go on. A planted one begins anew. */
  private async logInAgain(): Promise<void> {
    const { endpoint, seeds, host, directory, mode, orchestrator } = this.options
    this.spent.push(this.login.refreshToken)
    this.login = endpoint.login()
    if (!this.seed) return
    const key = { owner: OWNER, seedId: this.seed.seedId }
    if (mode === 'brokered') {
      await seeds.replaceLogin(key, { host, home: await homeWithLogin(directory, this.login, ACCOUNT) })
      return
    }
    await orchestrator.close()
    await seeds.delete(key, { revoke: true })
    this.seed = undefined
    this.generation += 1
  }
}
