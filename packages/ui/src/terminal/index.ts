// The whole public surface of @x/ui/terminal; adding a line here is an API change. Its looks are @x/ui/terminal.css.
export { TerminalPane } from './terminal-pane.tsx'
export type { TerminalPaneProps } from './terminal-pane.tsx'
