import '@x/ui/terminal.css'

export { TerminalPane } from '@x/ui/terminal'
