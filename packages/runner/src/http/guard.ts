import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { SeedDirectory } from '../seed-directory.ts'
import type { SessionDirectory } from '../session-directory.ts'
import type { Gate, RequestFacts } from './auth/gate.ts'
import { routeFeed } from './feeds/route-feed.ts'
import type { Viewers } from './feeds/viewers.ts'
import { faultBody, gateFault } from './http-fault.ts'
import { SECURITY_HEADERS } from './security-headers.ts'
import { serveTerminal } from './terminals/serve-terminal.ts'
import type { SharedTerminals } from './terminals/shared-terminals.ts'
import { readTerminalRequest } from './terminals/terminal-request.ts'

function factsOf(request: IncomingMessage, upgrade: boolean): RequestFacts {
  return { method: request.method, target: request.url, headers: request.headersDistinct, upgrade }
}

/** Lets a request through to `listener` when the gate does, and answers it otherwise. */
export function guardRequests(
  gate: Gate,
  listener: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
    const verdict = gate(factsOf(request, false))
    if (verdict.pass) return void listener(request, response)
    // What the refused request still wants to say is not read.
    response.writeHead(verdict.status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      connection: 'close',
    })
    response.end(JSON.stringify(faultBody(gateFault(verdict.code))))
  }
}

export interface UpgradeTargets {
  readonly viewers: Viewers
  readonly sessions: SessionDirectory
  readonly seeds: SeedDirectory | undefined
  readonly terminals: SharedTerminals
  readonly onError: (error: unknown) => void
}

/** Lets an upgrade through to its feed or terminal when the same gate does. */
export function guardUpgrades(
  gate: Gate,
  { viewers, sessions, seeds, terminals, onError }: UpgradeTargets,
): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    socket.on('error', () => undefined)
    const verdict = gate(factsOf(request, true))
    if (!verdict.pass) {
      if (verdict.status !== 401) {
        refuseUpgrade(socket, verdict.status)
        return
      }
      viewers.refuse(request, socket, head, 4401, 'not logged in')
      return
    }
    const query = new URLSearchParams(request.url?.split('?')[1] ?? '')
    const { login, path } = verdict
    const asked = readTerminalRequest(path, query)
    if (asked === 'bad') {
      refuseUpgrade(socket, 400)
      return
    }
    if (asked) {
      viewers.talk(request, socket, head, {
        login,
        serve: (ws, link) => serveTerminal(ws, { terminals, asked, onError, ...link }),
      })
      return
    }
    const feed = routeFeed({ sessions, seeds }, path, query)
    if (feed === undefined) {
      refuseUpgrade(socket, 404)
      return
    }
    if (feed === 'no-session') {
      viewers.refuse(request, socket, head, 4404, 'no such session')
      return
    }
    viewers.show(request, socket, head, { login, open: feed })
  }
}

function refuseUpgrade(socket: Duplex, status: 400 | 403 | 404): void {
  const reason = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found' }[status]
  // The server's sockets are half-open: without this the peer would decide when it is over.
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
