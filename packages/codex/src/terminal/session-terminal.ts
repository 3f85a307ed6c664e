import type { Terminal, TerminalSize } from '@x/agents/terminal'
import type { AppServerClient } from '@x/codex-appserver'
import { DisposeStack, type Host } from '@x/host'
import { SessionError } from '../errors.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
import { findAppServer } from '../session/app-server.ts'
import type { RecordKeeper } from '../session/record-keeper.ts'
import { modelUpgrades } from './model-upgrades.ts'
import { terminalCommand } from './terminal-command.ts'

export interface SessionTerminalOptions {
  readonly host: Host
  readonly places: PermissionPlaces
  readonly record: RecordKeeper
  /** Resolves when turns may be taken, and never with the TUI of a session whose isolation is not proved. */
  readonly ready: Promise<void>
  /** Tells the connection of the moment, as soon as there is one. */
  readonly talk: { connected(): Promise<AppServerClient> }
}

/**
 * The one terminal of a session: Codex's TUI, as one more client of the session's app-server.
 *
 * *none*; *open*: whoever asks gets this one, until it ends by itself or is closed; *over*: the session is.
 */
export class SessionTerminal {
  private readonly options: SessionTerminalOptions
  private current: Promise<Terminal> | undefined
  private readonly over = new AbortController()

  constructor(options: SessionTerminalOptions) {
    this.options = options
  }

  /** @throws SessionError `posture` when isolation does not hold, `lost` when the session is over; HostError */
  open(size: TerminalSize): Promise<Terminal> {
    if (this.over.signal.aborted) return Promise.reject(isOver())
    if (this.current) return this.current
    const opening = this.start(size)
    const forget = (): void => {
      if (this.current === opening) this.current = undefined
    }
    this.current = opening
    opening.then((terminal) => terminal.ended.then(forget), forget)
    return opening
  }

  /** Ends the TUI, and nothing else. Idempotent. */
  async close(): Promise<void> {
    this.over.abort(isOver())
    const terminal = await this.current?.catch(() => undefined)
    await terminal?.close()
  }

  private async start(size: TerminalSize): Promise<Terminal> {
    const { host, places, record, ready, talk } = this.options
    const { signal } = this.over
    // Neither has an end of its own when the session is over: its end waits for us.
    const client = await orAborted(
      ready.then(() => talk.connected()),
      signal,
    )
    const threadId = await this.keepThread(client)
    const [{ openTerminal }, upgrades] = await Promise.all([
      import('@x/agents/terminal'),
      modelUpgrades(client, signal),
    ])
    const { argv, env } = terminalCommand({
      binary: record.current.binary,
      facts: host.facts,
      paths: places.paths,
      threadId,
      login: record.current.login,
      upgrades,
    })
    await using opening = new DisposeStack()
    const pty = opening.use(await host.openPty(argv, { cwd: record.current.directory, env, ...size }))
    signal.throwIfAborted()
    opening.move()
    const terminal = openTerminal(pty, { size })
    void this.follow(terminal, client).catch(() => undefined)
    return terminal
  }

  /**
   * Ends a TUI whose app-server is gone: 0.142.5 leaves by itself, 0.169.0 stays, tries the next one on the socket, and
   * may lose what is typed meanwhile. A connection of ours that breaks alone is nothing to it.
   */
  private async follow(terminal: Terminal, first: AppServerClient): Promise<void> {
    const { talk } = this.options
    const served = await this.appServer()
    for (let client = first; ; client = await talk.connected()) {
      if ((await this.appServer()) !== served) return terminal.close()
      const isOver = await Promise.race([client.closed.then(() => false), terminal.ended.then(() => true)])
      if (isOver) return undefined
      if ((await this.appServer()) !== served) return terminal.close()
    }
  }

  private async appServer(): Promise<string | undefined> {
    const process = await findAppServer(this.options.host, this.options.places.paths)
    return process && `${process.identity.pid} ${process.identity.startTime}`
  }

  /** Codex can resume only what it has on disk, and it writes nothing of a thread before its first turn, but its name. */
  private async keepThread(client: AppServerClient): Promise<string> {
    const { record } = this.options
    const { threadId, taskId, kept } = record.current
    if (threadId === null) throw new SessionError('unrecoverable', 'the session has no thread')
    if (!kept) {
      await client.request('thread/name/set', { threadId, name: taskId }, { signal: this.over.signal })
      // What is typed in the terminal does not come by us: from here on it is this thread or none.
      await record.save({ spoken: true, kept: true })
    }
    return threadId
  }
}

function isOver(): SessionError {
  return new SessionError('lost', 'the session is over')
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
