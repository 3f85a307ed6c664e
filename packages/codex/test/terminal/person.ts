import headless from '@xterm/headless'
import type { Terminal } from '@x/agents/terminal'

/** Someone who sits at a terminal: sees what it shows, and types. */
export interface Person extends Disposable {
  screen(): string
  /** Resolves when the screen looks so, with what it shows then. */
  sees(what: RegExp): Promise<string>
  /** Presses a key, again when nothing comes of it: while it starts, Codex drops what is typed. */
  presses(key: string, what: RegExp): Promise<void>
  /** Types a line and, when it can be seen, Enter: Codex takes an Enter that comes too soon for a part of a paste. */
  types(line: string): Promise<void>
}

const SEES_MS = 15_000
/** Codex's own patience with pastes. */
const PASTE_MS = 150

export function sitDown(terminal: Terminal): Person {
  const { columns, rows } = terminal.size
  const emulator = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, logLevel: 'off' })
  const looks = new Set<() => void>()
  const view = terminal.view()
  const screen = (): string => {
    const { active } = emulator.buffer
    const lines = Array.from({ length: emulator.rows }, (_, y) => active.getLine(active.baseY + y))
    return lines.map((line) => line?.translateToString(true) ?? '').join('\n')
  }
  const watch = async (): Promise<void> => {
    for await (const frame of view) {
      if (frame.type !== 'screen' && frame.type !== 'output') continue
      await new Promise<void>((resolve) => emulator.write(frame.data, resolve))
      view.acknowledge(frame.data.length)
      for (const look of looks) look()
    }
  }
  void watch()
  const sees = (what: RegExp, withinMs = SEES_MS): Promise<string> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        looks.delete(look)
        reject(new Error(`the terminal never showed ${String(what)}, but\n${screen()}`))
      }, withinMs)
      const look = (): void => {
        if (!what.test(screen())) return
        clearTimeout(late)
        looks.delete(look)
        resolve(screen())
      }
      looks.add(look)
      look()
    })
  return {
    screen,
    sees,
    async presses(key, what) {
      for (let n = 1; ; n += 1) {
        await terminal.write(key)
        const seen = await sees(what, 1_000).catch((error: unknown) => error)
        if (!(seen instanceof Error)) return
        if (n === 5) throw seen
      }
    },
    async types(line) {
      await terminal.write(line)
      await new Promise((resolve) => setTimeout(resolve, PASTE_MS))
      await terminal.write('\r')
    },
    [Symbol.dispose]: () => view[Symbol.dispose](),
  }
}
