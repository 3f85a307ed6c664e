import { Alone, type PaneProps } from '@x/ui'
import { openPage } from './open-page.tsx'
import { TerminalPane } from './terminal-pane.ts'

// `terminal.html?mode=read#/s/<id>` is for looking only; the server holds it to that.
const mode = new URLSearchParams(location.search).get('mode') === 'read' ? 'read' : 'write'

function Terminal(props: PaneProps) {
  return <TerminalPane {...props} mode={mode} />
}

await openPage((client) => <Alone client={client} pane={Terminal} />)
