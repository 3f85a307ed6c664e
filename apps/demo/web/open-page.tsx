import { StrictMode } from 'react'
import type { ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { PageClient, restoreTheme, takeToken } from '@x/ui'
import '@x/ui/styles.css'

/** Logs in by the link's token or the cookie, and draws. */
export async function openPage(draw: (client: PageClient) => ReactNode): Promise<void> {
  const root = document.getElementById('root')
  if (!root) throw new Error('the page has no #root')
  const token = takeToken(location, history)
  const client = new PageClient()
  restoreTheme()
  createRoot(root).render(<StrictMode>{draw(client)}</StrictMode>)
  await client.open(token)
}
