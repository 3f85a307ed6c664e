import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Broker } from '@x/agents/broker'
import type { Seeds } from '@x/agents/seeds'
import { HostError } from '@x/host'
import { SessionError } from '../../errors.ts'
import { parseAuthFile } from '../../login/parse-auth-file.ts'
import type { LoginPlace, LoginUse, SeedLoginFacts } from '../../login/seed-login.ts'
import { renderBrokeredAuth } from '../../login/render-brokered-auth.ts'
import { BrokerWay } from './broker-way.ts'
import { findOurs, renderProof, untilClosed } from './whose-port.ts'
import { chooseSeed } from './choose-seed.ts'
import { AUTH, removeCredentials, settingsIn, writeAuthFile } from './home-login.ts'
import { asLogin } from './login-error.ts'

/** Between two tries to get back the port of a session, or a handle for it. */
const AGAIN_MS = 1_000
const MAX_AGAIN_MS = 30_000
/** A session that renews nothing for days keeps its handle. */
const KEEP_MS = 6 * 60 * 60_000

export interface BrokeredUseOptions {
  readonly broker: Broker
  readonly seeds: Seeds
  readonly place: LoginPlace
  readonly facts: SeedLoginFacts
  /** Called when it is over. */
  readonly onOver: () => void
}

/**
 * A login that stays with the broker. The session has access tokens of it and a handle.
 *
 * Whenever we come to a session, its port is held first, shut; then the handles that it had are revoked and `auth.json`
 * gets a new one; then the way is opened. So whoever had the port while we were away was shown a handle that is good for
 * nothing, and never sees the new one. Codex reads the file again before it renews.
 */
export class BrokeredUse implements LoginUse {
  /** Never aborts: a login that can't be renewed any more ends nothing but its turns. */
  readonly signal = new AbortController().signal
  private readonly options: BrokeredUseOptions
  private readonly way: BrokerWay
  private current: SeedLoginFacts
  private attempt = new AbortController()
  private tail: Promise<unknown> = Promise.resolve()
  private keeping: NodeJS.Timeout | undefined
  private listener: (() => void) | undefined
  private isChanged = false

  constructor(options: BrokeredUseOptions) {
    this.options = options
    this.current = options.facts
    const { place, broker } = options
    this.way = new BrokerWay({
      host: place.host,
      brokerPort: broker.port,
      admit: () => this.admit(),
      prove: async (nonce, port) => renderProof(await this.secret(), { taskId: place.taskId, port }, nonce),
    })
  }

  get facts(): SeedLoginFacts {
    return this.current
  }

  async prepare(): Promise<void> {
    const { seeds } = this.options
    const { owner, seedId } = this.current
    const signal = this.begin()
    await asLogin(() => chooseSeed(seeds, owner, { seedId }, 'brokered'))
    await asLogin(() => this.inTurn(() => this.open(signal, { isRunning: false })))
  }

  async takeUp(): Promise<boolean> {
    const signal = this.begin()
    try {
      await this.inTurn(() => this.open(signal, { isRunning: true }))
    } catch (error) {
      // What the session has may be good for a while: its turn goes on, and we go on trying.
      if (signal.aborted) return true
      void this.tryAgain(signal, await this.findOther(error, signal))
    }
    return true
  }

  onChanged(listener: () => void): void {
    this.listener = listener
    if (this.isChanged) this.tellChanged()
  }

  pause(): void {
    this.attempt.abort()
    clearInterval(this.keeping)
    this.way.shut()
  }

  async end(): Promise<void> {
    await this.leave()
    await asLogin(async () => {
      await this.revoke()
      await removeCredentials(this.options.place)
    })
  }

  async leave(): Promise<void> {
    this.options.onOver()
    this.pause()
    await this.inTurn(() => this.way[Symbol.asyncDispose]()).catch(() => undefined)
  }

  private begin(): AbortSignal {
    this.pause()
    this.attempt = new AbortController()
    return this.attempt.signal
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.tail.then(work)
    this.tail = done.catch(() => undefined)
    return done
  }

  /** @param other another process of ours, which has the port: its place is taken when it goes */
  private async tryAgain(signal: AbortSignal, other: Duplex | undefined): Promise<void> {
    let there = other
    for (let pause = AGAIN_MS; !signal.aborted; pause = Math.min(MAX_AGAIN_MS, pause * 2)) {
      try {
        if (there) await untilClosed(there, signal)
        else await delay(pause, undefined, { signal, ref: false })
        await this.inTurn(() => this.open(signal, { isRunning: true }))
        return
      } catch (error) {
        // Somebody else has the port, or the store or the machine can't be reached.
        there = await this.findOther(error, signal)
      }
    }
    there?.destroy()
  }

  /**
   * Who has our port, when that is why it failed. Anybody but a process of ours may have been shown what the session
   * has: that is good for nothing then.
   */
  private async findOther(error: unknown, signal: AbortSignal): Promise<Duplex | undefined> {
    const { host, taskId } = this.options.place
    const { port } = this.current
    const isTaken = error instanceof HostError && error.code === 'listen-failed' && port !== undefined
    const other = isTaken ? await findOurs(host, { taskId, port }, () => this.secret(), signal) : undefined
    if (!other && !signal.aborted) await this.revoke().catch(() => undefined)
    return other
  }

  private async secret(): Promise<string> {
    const { owner, seedId } = this.current
    const auth = parseAuthFile(
      (await this.options.seeds.read({ owner, seedId })).get(AUTH) ?? new Uint8Array(),
    )
    if (auth.kind !== 'chatgpt') throw new SessionError('login', 'the login has nothing that would renew it')
    return auth.refreshToken
  }

  private async open(signal: AbortSignal, options: { readonly isRunning: boolean }): Promise<void> {
    signal.throwIfAborted()
    const port = await this.hold(options)
    signal.throwIfAborted()
    const settings = await this.changeHandle()
    signal.throwIfAborted()
    this.current = { ...this.current, port, settings }
    this.keeping = setInterval(() => void this.extend().catch(() => 0), KEEP_MS).unref()
    this.way.open()
    // It may have been told another login by whoever had the port, and would use that as long as it works.
    if (options.isRunning) this.tellChanged()
  }

  private tellChanged(): void {
    this.isChanged = this.listener === undefined
    this.listener?.()
  }

  private extend(): Promise<number> {
    const { broker, place } = this.options
    return broker.extend({ owner: this.current.owner, session: place.taskId })
  }

  /** Another process that came to the session while we have its port took us for a stranger, and revoked its handle. */
  private async admit(): Promise<void> {
    const { signal } = this.attempt
    if ((await this.extend()) > 0 || signal.aborted) return
    await this.inTurn(async () => {
      if (!signal.aborted) await this.changeHandle()
    })
    this.tellChanged()
  }

  private async hold({ isRunning }: { readonly isRunning: boolean }): Promise<number> {
    const { port = 0 } = this.current
    try {
      return await this.way.hold(port)
    } catch (error) {
      const isTaken = error instanceof HostError && error.code === 'listen-failed' && port !== 0
      if (isTaken && !isRunning) return this.way.hold(0)
      throw error
    }
  }

  /** Whoever listens at our port may have been shown what the session has. */
  private async revoke(): Promise<void> {
    const { broker, place } = this.options
    await broker.revoke({ owner: this.current.owner, session: place.taskId })
  }

  /** Makes what was shown before good for nothing, and gives the session a handle of its own. */
  private async changeHandle(): Promise<Readonly<Record<string, string>>> {
    const { broker, seeds, place } = this.options
    const { owner, seedId } = this.current
    const session = place.taskId
    await this.revoke()
    const grant = await broker.issue({ owner, seedId, session })
    const files = await seeds.read({ owner, seedId })
    await writeAuthFile(place, renderBrokeredAuth(files.get(AUTH) ?? new Uint8Array(), grant, Date.now()))
    return settingsIn(files)
  }
}
