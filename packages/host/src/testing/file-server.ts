import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What is served, and how. */
export interface Served {
  body: Buffer
  /** @default '"1"' */
  etag: string | undefined
  /** Ends the connection after so many bytes of a response. */
  cutAfter: number | undefined
  /** Sends so many bytes of a response, and then nothing. */
  stallAfter: number | undefined
  /** Answers with this status, and a body that nobody may take for the file. */
  status: number | undefined
  /** Says how long it is. @default true */
  hasLength: boolean
  /** Sent behind the body, which then has no length. */
  trailer: string | undefined
}

/** A small HTTP server for tests: one file with ranges at `/file`, and `/to/<target>`, which leads there. */
export interface FileServer extends AsyncDisposable {
  readonly port: number
  readonly served: Served
  /** The headers of each request for the file, in order. */
  readonly requests: readonly IncomingHttpHeaders[]
  /** Called when a request for the file has come. */
  onRequest: (() => Promise<void> | void) | undefined
  /** Resolves when no connection is left. */
  quiet(): Promise<void>
}

/** Serves on `address`. The caller closes it. */
export async function openFileServer(body: Buffer, address = '127.0.0.1'): Promise<FileServer> {
  const served: Served = {
    body,
    etag: '"1"',
    cutAfter: undefined,
    stallAfter: undefined,
    status: undefined,
    hasLength: true,
    trailer: undefined,
  }
  const requests: IncomingHttpHeaders[] = []
  const sockets = new Set<Socket>()
  let onQuiet = (): void => undefined
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    if (url.pathname.startsWith('/to/'))
      return void response
        .writeHead(302, { location: decodeURIComponent(url.pathname.slice('/to/'.length)) })
        .end('elsewhere')
    requests.push(request.headers)
    void (async () => {
      await opened.onRequest?.()
      serve(served, request.headers, response)
    })()
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      if (sockets.size === 0) onQuiet()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  const opened: FileServer = {
    port: (server.address() as AddressInfo).port,
    served,
    requests,
    onRequest: undefined,
    quiet: () => new Promise((resolve) => (sockets.size === 0 ? resolve() : (onQuiet = resolve))),
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  return opened
}

function serve(served: Served, headers: IncomingHttpHeaders, response: ServerResponse): void {
  const { body, etag, status, cutAfter, stallAfter, trailer } = served
  const hasLength = served.hasLength && trailer === undefined
  if (status !== undefined) return void response.writeHead(status).end('not what you wanted')
  const asked = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0)
  const isSame = headers['if-range'] === undefined || headers['if-range'] === etag
  const start = isSame ? asked : 0
  if (start > 0 && start >= body.length)
    return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end()
  const part = body.subarray(start)
  const range = { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` }
  response.writeHead(start > 0 ? 206 : 200, {
    ...(etag === undefined ? {} : { etag }),
    ...(hasLength ? { 'content-length': part.length } : {}),
    ...(start > 0 ? range : {}),
    ...(trailer === undefined ? {} : { trailer: 'x-trailer' }),
  })
  if (stallAfter !== undefined) return void response.write(part.subarray(0, stallAfter))
  if (trailer !== undefined) response.addTrailers({ 'x-trailer': trailer })
  if (cutAfter === undefined) return void response.end(part)
  response.write(part.subarray(0, cutAfter), () => response.destroy())
}
