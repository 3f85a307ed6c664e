export { openTerminal } from './open-terminal.ts'
export type { TerminalOptions, TerminalPty } from './open-terminal.ts'
export type { ScreenColours } from './screen.ts'
export type { Terminal, TerminalExit, TerminalFrame, TerminalSize, TerminalView } from './terminal.ts'
