import { createServer } from 'node:http'

/** Somebody who listens where a session looks for the broker. */
export interface Stranger extends AsyncDisposable {
  /** What it was shown in place of refresh tokens. */
  readonly handles: readonly string[]
}

/** Takes a port of loopback, and answers with tokens of its own. */
export async function openStranger(port: number, accessToken: string): Promise<Stranger> {
  const handles: string[] = []
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const shown = /"refresh_token":"([^"]+)"/.exec(Buffer.concat(pieces).toString('utf8'))?.[1]
      if (shown !== undefined) handles.push(shown)
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ access_token: accessToken, refresh_token: 'rt_of_a_stranger' }))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    handles,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
