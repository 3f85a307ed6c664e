import { setTimeout as delay } from 'node:timers/promises'
import type { SeedRecord, Store } from '@x/agents/store'
import type { TokenEndpointFixture } from '@x/fixtures'
import type { StorePlace } from '../stores/store-place.ts'
import type { LoginFindings } from '../logins/login-tally.ts'
import { OWNER, storedLogin } from '../logins/stored-login.ts'
import { captureLogin } from './login.ts'
import { LOCK_MS } from './orchestrator-errand.ts'
import { Orchestrator } from './orchestrators.ts'
import { ORCHESTRATORS, type BrokeredRun } from './plan.ts'
import { askOnce, askUntilGranted, type SessionAnswer } from './session.ts'

/** A tenth of all calls. */
const FAILING = 0.1
const LOCK_OVER_MS = LOCK_MS.connectMs + LOCK_MS.exchangeMs + LOCK_MS.storeMs
/** A step that never comes, because another broker was faster, is not waited for. */
const DEATH_MS = 2_000

export interface RotationOptions {
  readonly store: Store
  readonly place: StorePlace
  readonly directory: string
  readonly endpoint: TokenEndpointFixture
  readonly sabotage: boolean
  /** Of which calls of the store fail. */
  readonly seed: number
  readonly say: (text: string) => void
}

interface Seat {
  readonly orchestrator: Orchestrator
  readonly handle: string
}

/** Several brokers on one store: run after run one login is rotated by all of them, and one of them dies. */
export class Rotation implements AsyncDisposable {
  private readonly options: RotationOptions
  private readonly orchestrators: readonly Orchestrator[]

  constructor(options: RotationOptions) {
    this.options = options
    const { place, endpoint, sabotage, seed } = options
    const errand = { place, tokenUrl: endpoint.url, failing: FAILING, sabotage }
    this.orchestrators = Array.from(
      { length: ORCHESTRATORS },
      (_, n) => new Orchestrator({ ...errand, seed: seed + n }),
    )
  }

  async run(planned: BrokeredRun): Promise<LoginFindings> {
    const { store, directory, endpoint, say, place } = this.options
    const started = performance.now()
    await Promise.all(this.orchestrators.map((one) => one.start()))
    const login = endpoint.login()
    const seed = await captureLogin(store, directory, login)
    const seats = await this.seats(seed)
    const early = await this.rotateAndKill(planned, seats)
    const { findings, problems } = await this.judge(planned, seed, seats)
    problems.push(...(await this.tooEarly(seed, early)))
    const died = this.orchestrators.some((one) => !one.isAlive)
    const seconds = ((performance.now() - started) / 1_000).toFixed(1)
    const name = `${place.kind} brokered run ${planned.n}: ${planned.death}${died ? ', killed' : ''}`
    for (const problem of problems) say(`LOSS  ${name}: ${problem}`)
    say(
      `${problems.length > 0 ? 'LOSS' : 'ok'}  ${name}, ${findings.unknown > 0 ? 'unknown' : 'rotated'} in ${seconds} s`,
    )
    return { ...findings, lost: findings.lost + problems.length }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.orchestrators.map((one) => one.kill()))
  }

  private seats(seed: SeedRecord): Promise<readonly Seat[]> {
    return Promise.all(
      this.orchestrators.map(async (orchestrator, n) => ({
        orchestrator,
        handle: await orchestrator.issue(seed.seedId, `session ${n}`),
      })),
    )
  }

  /** The victim is asked first, so that it is the one that refreshes; then all of them. */
  private async rotateAndKill(
    planned: BrokeredRun,
    seats: readonly Seat[],
  ): Promise<readonly SessionAnswer[]> {
    const { death, victim, afterMs } = planned
    const seat = seats[victim]
    if (!seat) throw new RangeError('expected a victim')
    if (death !== 'random' && death !== 'none') seat.orchestrator.dieAt(death)
    const first = askOnce(seat.orchestrator.url, seat.handle)
    const killing = death === 'random' ? delay(afterMs).then(() => seat.orchestrator.kill()) : undefined
    await delay(5)
    const others = seats.filter((one) => one !== seat)
    const answers = await Promise.all([
      first,
      ...others.map(({ orchestrator, handle }) => askOnce(orchestrator.url, handle)),
    ])
    await killing
    if (death !== 'none' && seat.orchestrator.isAlive && death !== 'random')
      await this.provoke(seat, performance.now() + DEATH_MS)
    return answers.filter((answer) => answer !== undefined)
  }

  /** Asks again until the victim has refreshed, and died of it. */
  private async provoke({ orchestrator, handle }: Seat, deadline: number): Promise<void> {
    while (orchestrator.isAlive && performance.now() < deadline) {
      await askOnce(orchestrator.url, handle)
      await delay(20)
    }
  }

  private async judge(
    { death }: BrokeredRun,
    seed: SeedRecord,
    seats: readonly Seat[],
  ): Promise<{ readonly findings: LoginFindings; readonly problems: string[] }> {
    const { store, endpoint } = this.options
    const problems: string[] = []
    const family = seed.name
    const alive = seats.filter(({ orchestrator }) => orchestrator.isAlive)
    if (alive.length < seats.length) await delay(LOCK_OVER_MS + 200)
    const key = { owner: OWNER, seedId: seed.seedId }
    // Nobody gets anything then; it is asked for all the same, since a blind try would show in the ledger.
    const isHopeless = (await store.seeds.get(key)).refresh.state === 'unknown'
    const answers = await Promise.all(
      alive.map(({ orchestrator: { url }, handle }) =>
        isHopeless ? askOnce(url, handle) : askUntilGranted(url, handle, 2 * LOCK_OVER_MS),
      ),
    )
    const { refresh } = await store.seeds.get(key)
    const { refreshToken } = await storedLogin(store, seed.seedId)
    const isSpent = endpoint.newestOf(family) !== refreshToken
    const reused = endpoint.ledger.filter((entry) => entry.family === family && entry.outcome === 'reused')
    const isUnknown = refresh.state === 'unknown'
    if (refresh.state !== 'idle' && !isUnknown)
      problems.push(`it is ${refresh.state}: ${refresh.reason ?? ''}`)
    // Whoever dies between its mark and its request can't be told from one that dies behind it.
    if (isUnknown && !isSpent && death !== 'marked' && death !== 'random')
      problems.push('it is called unknown, and its token is good')
    if (isSpent && !isUnknown) problems.push('the token that is stored is spent')
    for (const answer of answers)
      if (!isUnknown && (answer?.status !== 200 || answer.accessToken === undefined))
        problems.push(`a session gets status ${answer?.status ?? 0}`)
    for (const [n, answer] of answers.entries())
      if (answer?.handle !== undefined && answer.handle !== alive[n]?.handle)
        problems.push('another handle came back')
    const findings = {
      lost: 0,
      repeated: reused.length,
      unknown: isUnknown ? 1 : 0,
      burnt: isUnknown && isSpent ? 1 : 0,
    }
    return { findings, problems }
  }

  /** Tokens that sessions got although the store has never had them. */
  private async tooEarly(seed: SeedRecord, answers: readonly SessionAnswer[]): Promise<readonly string[]> {
    const { accessToken } = await storedLogin(this.options.store, seed.seedId)
    const newest = commitIn(accessToken)
    return answers
      .filter((answer) => answer.accessToken !== undefined && commitIn(answer.accessToken) > newest)
      .map(() => 'a session got a token that was not saved')
  }
}

/** Which commit of its login has made the token. */
function commitIn(token: string): number {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
  return Number((JSON.parse(payload) as { readonly jti: string }).jti.split('-')[1])
}
