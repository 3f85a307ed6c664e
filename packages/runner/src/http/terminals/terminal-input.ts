import type { Terminal, TerminalView } from '@x/agents/terminal'
import { BurstCollector } from './burst-collector.ts'
import { MAX_PENDING_INPUT } from './limits.ts'
import { parseViewerMessage } from './parse-viewer-message.ts'

export interface TerminalInputOptions {
  readonly terminal: Terminal
  /** The viewer's own. */
  readonly view: TerminalView
  readonly mode: 'read' | 'write'
  readonly onError: (error: unknown) => void
}

/** What one viewer says to a terminal. Everything is checked here; what makes no sense gets an objection. */
export class TerminalInput {
  private readonly options: TerminalInputOptions
  private readonly bursts = new BurstCollector()
  private unacknowledged = 0
  private pending = 0

  constructor(options: TerminalInputOptions) {
    this.options = options
  }

  /** So many bytes were sent to the viewer, who may acknowledge that many and no more. */
  sent(bytes: number): void {
    this.unacknowledged += bytes
  }

  /** @returns why the viewer must go, for what it must not say */
  take(data: Buffer, isBinary: boolean): string | undefined {
    return isBinary ? this.type(data) : this.obey(data.toString())
  }

  private type(data: Buffer): string | undefined {
    if (this.options.mode === 'read') return 'read only'
    const burst = this.bursts.add(data)
    if (burst === 'too-much') return 'more than the burst that was announced'
    if (burst === 'incomplete' || burst.length === 0) return undefined
    this.pending += burst.length
    if (this.pending > MAX_PENDING_INPUT) return 'more input than the program takes'
    void this.write(burst)
    return undefined
  }

  private async write(burst: Uint8Array): Promise<void> {
    try {
      await this.options.terminal.write(burst)
    } catch (error) {
      this.options.onError(error)
    }
    this.pending -= burst.length
  }

  private obey(text: string): string | undefined {
    const { terminal, view, mode } = this.options
    const message = parseViewerMessage(text)
    if (!message) return 'not understood'
    switch (message.type) {
      case 'acknowledge':
        if (message.bytes > this.unacknowledged) return 'more than was sent'
        this.unacknowledged -= message.bytes
        view.acknowledge(message.bytes)
        return undefined
      case 'resize':
        if (mode === 'read') return 'read only'
        terminal.resize({ columns: message.columns, rows: message.rows })
        return undefined
      case 'burst':
        if (mode === 'read') return 'read only'
        return this.bursts.begin(message.bytes) ? undefined : 'a burst inside a burst'
    }
  }
}
