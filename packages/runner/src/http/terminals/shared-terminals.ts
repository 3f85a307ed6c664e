import type { Terminal, TerminalSize } from '@x/agents/terminal'
import type { SessionDirectory } from '../../session-directory.ts'

export interface SharedTerminalsOptions {
  readonly sessions: SessionDirectory
  /** How long a terminal that nobody looks at stays open, in milliseconds. */
  readonly graceMs: number
  readonly onError: (error: unknown) => void
}

/** Somebody's use of a terminal; disposing it is the end of that use, not of the terminal. */
export interface TerminalUse extends Disposable {
  readonly terminal: Terminal
}

interface Shared {
  readonly opening: Promise<Terminal | undefined>
  uses: number
  /** Calls off the closing of what nobody uses. */
  keep: () => void
}

/**
 * At most one open terminal per session, for all its viewers.
 *
 * It is opened for the first viewer and closed when nobody has used it for the grace time, or when its program has
 * ended; the next viewer then gets a new one. Whoever makes this closes it, and with it every terminal.
 */
export class SharedTerminals {
  private readonly options: SharedTerminalsOptions
  private readonly open = new Map<string, Shared>()
  private readonly closings = new Set<Promise<void>>()
  private isClosed = false

  constructor(options: SharedTerminalsOptions) {
    this.options = options
  }

  /** @returns `undefined` when the session is not ready @throws what opening a terminal throws */
  async use(sessionId: string, size: TerminalSize): Promise<TerminalUse | undefined> {
    if (this.isClosed) return undefined
    const shared = this.open.get(sessionId) ?? this.begin(sessionId, size)
    shared.uses += 1
    shared.keep()
    let over = false
    const end = (): void => {
      if (over) return
      over = true
      shared.uses -= 1
      if (shared.uses === 0) this.closeLater(sessionId, shared)
    }
    const terminal = await shared.opening.catch((error: unknown) => {
      end()
      throw error
    })
    if (terminal) return { terminal, [Symbol.dispose]: end }
    end()
    return undefined
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.isClosed = true
    for (const [sessionId, shared] of this.open) this.drop(sessionId, shared)
    await Promise.all(this.closings)
  }

  private begin(sessionId: string, size: TerminalSize): Shared {
    const opening = this.options.sessions.terminal(sessionId, size)
    const shared: Shared = { opening, uses: 0, keep: () => undefined }
    this.open.set(sessionId, shared)
    opening.then(
      async (terminal) => {
        await terminal?.ended
        this.drop(sessionId, shared)
      },
      () => this.drop(sessionId, shared),
    )
    return shared
  }

  private closeLater(sessionId: string, shared: Shared): void {
    const timer = setTimeout(() => this.drop(sessionId, shared), this.options.graceMs)
    timer.unref()
    shared.keep = () => clearTimeout(timer)
  }

  /** From now on nobody gets it. */
  private drop(sessionId: string, shared: Shared): void {
    if (this.open.get(sessionId) !== shared) return
    shared.keep()
    this.open.delete(sessionId)
    const closing = shared.opening
      .then(
        (terminal) => terminal?.close(),
        () => undefined, // Whoever asked for it was told.
      )
      .catch(this.options.onError)
      .finally(() => this.closings.delete(closing))
    this.closings.add(closing)
  }
}
