import type { SessionDirectory } from '@x/runner'
import { openHttpServer } from '@x/runner/http'

/** `webRoot` holds a built page. Whoever calls closes the server. */
export async function serve(sessions: SessionDirectory, webRoot: string) {
  const server = await openHttpServer({
    sessions,
    webRoot,
    port: 0,
    instance: '0123abcd', // names the cookie
    cookies: { read: async () => [], write: async () => {} },
  })
  return { server, url: `${server.url}/#token=${server.issueToken()}` }
}
