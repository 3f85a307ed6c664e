import type { PageClient } from '../connection/page-client.ts'
import { browserTimers } from '../connection/timers.ts'
import { TerminalLink } from './terminal-link.ts'
import type { TerminalSize } from './terminal-messages.ts'
import { XtermScreen } from './xterm-screen.ts'

export interface TerminalViewOptions {
  /** Opened and closed by whoever made it. */
  readonly client: PageClient
  readonly sessionId: string
  readonly mode: 'read' | 'write'
  /** Where the terminal is drawn. */
  readonly place: HTMLElement
  /** The way out by keyboard was taken. */
  readonly onLeave: () => void
  /** Something to say that is no state; `undefined` takes it back. */
  readonly onNote: (note: string | undefined) => void
}

/** A link and the screen that it draws on; whoever opens it closes it. */
export interface OpenTerminalView extends Disposable {
  readonly link: TerminalLink
}

/** Opens a view of a session's terminal. One that may type also gives the program the size of its place. */
export function openTerminalView(options: TerminalViewOptions): OpenTerminalView {
  const { client, sessionId, mode, place, onLeave, onNote } = options
  const door = client.terminalDoor(sessionId)
  const screen = new XtermScreen({
    element: place,
    onLeave,
    onType: (burst) => {
      const tooMuch = !link.type(burst) && link.state.read().state === 'live'
      onNote(tooMuch ? 'That is more than can be pasted at once (16 MB).' : undefined)
    },
  })
  screen.isWritable = mode === 'write'
  const fit = ({ columns, rows }: TerminalSize): void => {
    const wanted = mode === 'write' ? screen.fit() : undefined
    if (wanted && (wanted.columns !== columns || wanted.rows !== rows)) link.resize(wanted)
  }
  const link = new TerminalLink({
    openSocket: () => door.openSocket(mode, screen.fit()),
    screen,
    onScreen: fit,
    onLoggedOut: () => door.onLoggedOut(),
    timers: browserTimers,
    random: Math.random,
  })
  const refit = (): void => fit(screen.size)
  const sizes = new ResizeObserver(refit)
  sizes.observe(place)
  // Somebody else may have made it fit another window meanwhile.
  place.addEventListener('focusin', refit)
  const stopWaking = door.onWake(() => link.wake())
  link.open()
  return {
    link,
    [Symbol.dispose]() {
      sizes.disconnect()
      place.removeEventListener('focusin', refit)
      stopWaking()
      link.close()
      screen[Symbol.dispose]()
    },
  }
}
