export type { Terminal, TerminalExit, TerminalFrame, TerminalSize, TerminalView } from './terminal.ts'
