import { randomBytes } from 'node:crypto'
import type { SessionSummary } from '@x/agents/conversation'
import {
  attachSession,
  type CodexVersion,
  listSessions,
  type Login,
  openSession,
  removeSession,
  stopSession,
} from '@x/codex'
import type { Host } from '@x/host'
import type { CreateSessionOptions, SessionDirectory } from '@x/runner'
import { KeptSession, type KeptSessionOptions } from './kept-session.ts'
import { usableDirectory } from './usable-directory.ts'

export interface KeptSessionsOptions {
  readonly host: Host
  readonly stateDir: string
  readonly cacheDir: string | undefined
  readonly login: Login
  readonly version: CodexVersion | undefined
  /** Gets what goes wrong with nobody waiting for it. */
  readonly onError: (error: unknown) => void
}

/** The sessions of this machine. Each stands for itself: one that can't be had is listed as such. Whoever makes it detaches it. */
export class KeptSessions implements SessionDirectory {
  private readonly options: KeptSessionsOptions
  private readonly kept = new Map<string, KeptSession>()
  private readonly ending = new Map<string, Promise<boolean>>()
  private readonly listeners = new Set<() => void>()

  constructor(options: KeptSessionsOptions) {
    this.options = options
  }

  /** Takes up every session that has a record. Resolves when they are listed, while they are still being found. */
  async find(): Promise<void> {
    const { host, stateDir } = this.options
    for (const { taskId, directory, createdAt, alive } of await listSessions({ host, stateDir })) {
      if (this.kept.has(taskId)) continue
      const doing = alive ? 'Finding the session' : 'Starting Codex again'
      this.keep({
        id: taskId,
        directory,
        createdAt,
        doing,
        open: ({ signal }) => attachSession(taskId, { host, stateDir, signal }),
      })
    }
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

  async create({ directory }: CreateSessionOptions): Promise<SessionSummary> {
    const { host, stateDir, cacheDir, login, version } = this.options
    const real = directory === null ? undefined : await usableDirectory(host, directory)
    const id = `s-${randomBytes(6).toString('hex')}`
    const place = {
      host,
      stateDir,
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
          taskId: id,
          login,
          work: real === undefined ? 'empty' : { directory: real },
        }),
    })
    return session.summary
  }

  /** A session that works in this directory and can be used, or will be; else a new one. */
  async createOnce(directory: string): Promise<SessionSummary> {
    const real = await usableDirectory(this.options.host, directory)
    const usable = this.list().find(
      (one) => one.directory === real && (one.status.state === 'ready' || one.status.state === 'starting'),
    )
    return usable ?? this.create({ directory: real })
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

  private async remove(id: string): Promise<boolean> {
    const session = this.kept.get(id)
    if (!session) return false
    // What can't be closed in good manners is ended all the same.
    await session.close().catch(this.options.onError)
    await stopSession(id, this.options)
    await removeSession(id, this.options)
    this.kept.delete(id)
    this.changed()
    return true
  }

  private keep(options: Omit<KeptSessionOptions, 'changed' | 'stateDir'>): KeptSession {
    const session = new KeptSession({
      ...options,
      stateDir: this.options.stateDir,
      changed: () => this.changed(),
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
