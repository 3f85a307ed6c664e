import { randomBytes } from 'node:crypto'
import type { SessionSummary } from '@x/agents/conversation'
import type { Terminal, TerminalSize } from '@x/agents/terminal'
import {
  attachSession,
  type CodexVersion,
  listSessions,
  type Login,
  openSession,
  type SessionRecord,
  removeSession,
  stopSession,
} from '@x/codex'
import type { Host } from '@x/host'
import {
  type CreateSessionOptions,
  type SessionDirectory,
  type SessionLogin,
  SessionRefusedError,
} from '@x/runner'
import { type Logins, OWNER } from '../logins/open-logins.ts'
import { KeptSession, type KeptSessionOptions } from './kept-session.ts'
import type { SessionTitles } from './session-titles.ts'
import { usableDirectory } from './usable-directory.ts'

/** The names that `create` gives. */
const OURS = /^s-[0-9a-f]{12}$/

export interface KeptSessionsOptions {
  readonly host: Host
  readonly stateDir: string
  readonly cacheDir: string | undefined
  /** Who answers when no login is chosen. */
  readonly login: Login
  /** The stored logins. Closed by whoever opened them, after the sessions were left. */
  readonly logins: Logins
  readonly version: CodexVersion | undefined
  /** What commands may not read besides: absolute paths. */
  readonly hidden: readonly string[]
  readonly titles: SessionTitles
  /** Told when somebody has logged in in the terminal of a session, and that was stored. */
  readonly onLogin: () => void
  /** Gets what goes wrong with nobody waiting for it. */
  readonly onError: (error: unknown) => void
}

/** The sessions of this machine. Each stands for itself: one that can't be had is listed as such. Whoever makes it detaches it. */
export class KeptSessions implements SessionDirectory {
  private readonly options: KeptSessionsOptions
  private readonly kept = new Map<string, KeptSession>()
  /** Those whose process was not there before us. */
  private readonly begun = new Set<string>()
  private readonly ending = new Map<string, Promise<boolean>>()
  private readonly listeners = new Set<() => void>()

  constructor(options: KeptSessionsOptions) {
    this.options = options
  }

  /**
   * Lists every session that has a record. Those whose Codex runs are taken up, and of the others the newest that was
   * spoken to: a Codex takes a tenth of a gigabyte or more, so the rest wait until somebody asks. What was begun by us,
   * never spoken to, and does not run any more is removed, save the newest where there is nothing else. One whose record
   * is damaged is shown as failed, and stays.
   * Resolves when they are listed, while they are still being found.
   */
  async find(): Promise<void> {
    const { titles, onError } = this.options
    await titles.load()
    const records = await listSessions(this.options)
    const readable = records.filter((record) => !record.fault)
    const dead = readable.filter((record) => !record.alive)
    const last =
      dead.findLast((record) => record.resumable) ??
      (dead.length === readable.length ? dead.at(-1) : undefined)
    for (const record of records) {
      if (record !== last && (await this.isWorthless(record)) && (await this.forget(record.taskId))) continue
      const session = this.keepRecorded(record)
      if (!record.alive) this.begun.add(record.taskId)
      if (!record.fault && (record.alive || record === last)) session.resume()
    }
    await titles.keepOnly(new Set(this.kept.keys())).catch(onError)
  }

  list(): readonly SessionSummary[] {
    const summaries = [...this.kept.values()].map((one) => one.summary)
    return summaries.sort((one, other) => other.createdAt - one.createdAt)
  }

  onChange(listener: () => void): Disposable {
    this.listeners.add(listener)
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) }
  }

  conversation(id: string): KeptSession['conversation'] {
    return this.kept.get(id)?.conversation
  }

  async terminal(id: string, size: TerminalSize): Promise<Terminal | undefined> {
    return this.kept.get(id)?.openTerminal(size)
  }

  async create({ directory, login = 'usual' }: CreateSessionOptions): Promise<SessionSummary> {
    const { host, stateDir, cacheDir, version, hidden } = this.options
    const answering = await this.loginFor(login)
    const real = directory === null ? undefined : await usableDirectory(host, directory)
    const id = `s-${randomBytes(6).toString('hex')}`
    const place = {
      host,
      stateDir,
      hidden,
      ...(cacheDir === undefined ? {} : { cacheDir }),
      ...(version ? { version } : {}),
    }
    const session = this.keep({
      id,
      directory: real ?? '',
      createdAt: Date.now(),
      doing: 'Preparing',
      open: (opening) =>
        openSession({
          ...place,
          ...opening,
          ...this.ofLogins,
          taskId: id,
          login: answering,
          work: real === undefined ? 'empty' : { directory: real },
        }),
    })
    this.begun.add(id)
    session.resume()
    return session.summary
  }

  /** The newest session that works in this directory: one that can be used, else one that has ended; else a new one. */
  async createOnce(directory: string): Promise<SessionSummary> {
    const real = await usableDirectory(this.options.host, directory)
    const there = this.list().filter((one) => one.directory === real)
    const usable = there.find(({ status }) => status.state === 'ready' || status.state === 'starting')
    const ended = usable ? undefined : there.find(({ status }) => status.state === 'ended')
    if (ended) await this.resume(ended.id)
    return usable ?? ended ?? this.create({ directory: real })
  }

  async resume(id: string): Promise<boolean> {
    const session = this.ending.has(id) ? undefined : this.kept.get(id)
    session?.resume()
    return session !== undefined
  }

  end(id: string): Promise<boolean> {
    const ending = this.ending.get(id) ?? this.remove(id).finally(() => this.ending.delete(id))
    this.ending.set(id, ending)
    return ending
  }

  /** We go, they stay. @returns how many go on */
  async detach(): Promise<number> {
    await Promise.all([...this.kept.values()].map((session) => session.detach()))
    return (await listSessions(this.options)).filter((record) => record.alive).length
  }

  /** What we began is ended as it was found, and what ran before us goes on: a start that failed leaves no trace. */
  async undo(): Promise<void> {
    const { onError } = this.options
    await Promise.all(
      [...this.kept.values()].map((session) =>
        this.begun.has(session.id) ? session.close().catch(onError) : session.detach(),
      ),
    )
  }

  /** What every session is given of the stored logins. */
  private get ofLogins() {
    return { logins: this.options.logins.codex, onLogin: this.options.onLogin }
  }

  /** @throws SessionRefusedError for a stored login that nobody can use */
  private async loginFor(chosen: SessionLogin): Promise<Login> {
    if (chosen === 'usual') return this.options.login
    if (chosen === 'in-terminal') return chosen
    const { seeds, use } = this.options.logins
    const { seedId } = chosen
    const seed = (await seeds.list({ owner: OWNER })).find((one) => one.seedId === seedId)
    if (!seed)
      throw new SessionRefusedError('the login that was chosen is not there any more', {
        remedy: 'Choose another one, or log in.',
      })
    if (seed.status === 'dead' || seed.refresh.state === 'unknown')
      throw new SessionRefusedError(`the login “${seed.name}” can’t be used any more`, {
        remedy: 'Log in again under “Seeds”, or choose another one.',
      })
    return use(seedId)
  }

  private async isWorthless({ taskId, directory, alive, resumable, fault }: SessionRecord): Promise<boolean> {
    // Another program may keep its sessions beside ours, and may be opening one right now.
    if (alive || resumable || fault || !OURS.test(taskId)) return false
    if (!directory.startsWith(`${this.options.stateDir}/`)) return true
    const entries = await this.options.host.files.list(directory).catch(() => [])
    return entries.length === 0
  }

  private forget(id: string): Promise<boolean> {
    return removeSession(id, { ...this.options, ...this.ofLogins }).then(
      () => true,
      (error: unknown) => {
        this.options.onError(error)
        return false
      },
    )
  }

  private keepRecorded({ taskId, directory, createdAt, alive, fault }: SessionRecord): KeptSession {
    const { host, stateDir, hidden } = this.options
    return this.keep({
      id: taskId,
      directory,
      createdAt,
      ...(fault ? { fault } : {}),
      doing: alive ? 'Finding the session' : 'Starting Codex again',
      open: ({ signal }) => attachSession(taskId, { host, stateDir, hidden, signal, ...this.ofLogins }),
    })
  }

  private async remove(id: string): Promise<boolean> {
    const session = this.kept.get(id)
    if (!session) return false
    // What can't be closed in good manners is ended all the same.
    await session.close().catch(this.options.onError)
    const place = { ...this.options, ...this.ofLogins }
    await stopSession(id, place)
    await removeSession(id, place)
    this.kept.delete(id)
    this.begun.delete(id)
    this.changed()
    return true
  }

  private keep(options: Omit<KeptSessionOptions, 'changed' | 'named' | 'stateDir' | 'title'>): KeptSession {
    const { stateDir, titles, onError } = this.options
    const session = new KeptSession({
      ...options,
      stateDir,
      title: titles.get(options.id),
      changed: () => this.changed(),
      named: (title) => void titles.set(options.id, title).catch(onError),
    })
    this.kept.set(session.id, session)
    this.changed()
    return session
  }

  private changed(): void {
    for (const listener of this.listeners) {
      try {
        listener()
      } catch (error) {
        this.options.onError(error)
      }
    }
  }
}
