import { lazy } from 'react'
import { App } from '@x/ui'
import { openPage } from './open-page.tsx'

// What the offline model understands, so that a first visitor has something to say.
const SUGGESTIONS = ['help', 'run: touch hello.txt']

// The terminal is half as large again as all the rest: it comes when it is first opened.
const Terminal = lazy(async () => ({ default: (await import('./terminal-pane.ts')).TerminalPane }))

await openPage((client) => <App client={client} suggestions={SUGGESTIONS} terminal={Terminal} />)
