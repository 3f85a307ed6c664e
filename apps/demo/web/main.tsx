import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App, PageClient, restoreTheme, takeToken } from '@x/ui'
import '@x/ui/styles.css'

// What the offline model understands, so that a first visitor has something to say.
const SUGGESTIONS = ['help', 'run: touch hello.txt']

const root = document.getElementById('root')
if (!root) throw new Error('the page has no #root')

const token = takeToken(location, history)
const client = new PageClient()
restoreTheme()
createRoot(root).render(
  <StrictMode>
    <App client={client} suggestions={SUGGESTIONS} />
  </StrictMode>,
)
await client.open(token)
