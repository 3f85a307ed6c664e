import type { Terminal, TerminalSize } from '@x/agents/terminal'
import type { AppServerClient } from '@x/codex-appserver'
import { DisposeStack, type Host } from '@x/host'
import { SessionError } from '../errors.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
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
  private isOver = false

  constructor(options: SessionTerminalOptions) {
    this.options = options
  }

  /** @throws SessionError `posture` when isolation does not hold, `lost` when the session is over; HostError */
  open(size: TerminalSize): Promise<Terminal> {
    if (this.isOver) return Promise.reject(new SessionError('lost', 'the session is over'))
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
    this.isOver = true
    const terminal = await this.current?.catch(() => undefined)
    await terminal?.close()
  }

  private async start(size: TerminalSize): Promise<Terminal> {
    const { host, places, record, ready, talk } = this.options
    await ready
    const client = await talk.connected()
    const threadId = await this.keepThread(client)
    const [{ openTerminal }, upgrades] = await Promise.all([
      import('@x/agents/terminal'),
      modelUpgrades(client),
    ])
    const { argv, env } = terminalCommand({
      binary: record.current.binary,
      facts: host.facts,
      paths: places.paths,
      threadId,
      upgrades,
    })
    await using opening = new DisposeStack()
    const pty = opening.use(await host.openPty(argv, { cwd: record.current.directory, env, ...size }))
    if (this.isOver) throw new SessionError('lost', 'the session is over')
    opening.move()
    return openTerminal(pty, { size })
  }

  /** Codex can resume only what it has on disk, and it writes nothing of a thread before its first turn, but its name. */
  private async keepThread(client: AppServerClient): Promise<string> {
    const { record } = this.options
    const { threadId, taskId, kept } = record.current
    if (threadId === null) throw new SessionError('unrecoverable', 'the session has no thread')
    if (!kept) {
      await client.request('thread/name/set', { threadId, name: taskId })
      // What is typed in the terminal does not come by us: from here on it is this thread or none.
      await record.save({ spoken: true, kept: true })
    }
    return threadId
  }
}
