import { createEmulator, type Emulator } from '../../src/terminal/emulator.ts'
import type { TerminalFrame, TerminalSize, TerminalView } from '../../src/terminal/terminal.ts'

/** A person who looks: an emulator of their own, fed with what the view yields. */
export class Viewer {
  readonly emulator: Emulator
  readonly frames: TerminalFrame['type'][] = []
  bytes = 0
  /** Of these, what the program printed. */
  printed = 0
  private owed = 0
  private readonly view: TerminalView
  private readonly iterator: AsyncIterator<TerminalFrame>

  constructor(view: TerminalView, size: TerminalSize) {
    this.view = view
    this.iterator = view[Symbol.asyncIterator]()
    this.emulator = createEmulator(size, 1_000)
  }

  /** Takes one frame, and draws it; what was drawn is acknowledged unless told otherwise. */
  async take(options: { readonly acknowledge?: boolean } = {}): Promise<TerminalFrame | undefined> {
    const { done, value } = await this.iterator.next()
    if (done === true) return undefined
    this.frames.push(value.type)
    if (value.type === 'screen' || value.type === 'resized') {
      this.emulator.terminal.resize(value.size.columns, value.size.rows)
    }
    if (value.type === 'screen' || value.type === 'output') {
      this.emulator.feed(value.data)
      this.bytes += value.data.length
      if (value.type === 'output') this.printed += value.data.length
      this.owed += value.data.length
      if (options.acknowledge !== false) this.acknowledgeAll()
    }
    return value
  }

  acknowledgeAll(): void {
    this.view.acknowledge(this.owed)
    this.owed = 0
  }

  /** Looks on until the program has ended. */
  async takeAll(): Promise<void> {
    while ((await this.take()) !== undefined);
  }
}
