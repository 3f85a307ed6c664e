import { Readable } from 'node:stream'
import type { TerminalPty } from '../../src/terminal/open-terminal.ts'

/** A program that writes when the test says so. */
export class FakePty implements TerminalPty {
  readonly output: Readable
  readonly exited: Promise<{ readonly exitCode: number; readonly signal: null }>
  readonly written: string[] = []
  readonly sizes: { readonly columns: number; readonly rows: number }[] = []
  private exit!: (exit: { readonly exitCode: number; readonly signal: null }) => void

  constructor() {
    this.output = new Readable({ read: () => undefined, highWaterMark: 64 * 1024 })
    this.exited = new Promise((resolve) => (this.exit = resolve))
  }

  /** False when the reader has had enough. */
  print(data: Uint8Array | string): boolean {
    return this.output.push(typeof data === 'string' ? Buffer.from(data) : data)
  }

  end(exitCode = 0): void {
    this.exit({ exitCode, signal: null })
    this.output.push(null)
  }

  async write(data: Uint8Array | string): Promise<void> {
    this.written.push(String(Buffer.from(data as Uint8Array)))
  }

  resize(size: { readonly columns: number; readonly rows: number }): void {
    this.sizes.push(size)
  }

  async close(): Promise<void> {
    this.end()
  }
}
