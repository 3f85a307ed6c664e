import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

import { parseModelRequest } from '../parse-model-request.ts'
import type { ScriptedModel } from '../scripted-model.ts'
import { answerCompaction, asCompaction } from './answer-compaction.ts'
import { answerRequest, sendError } from './answer-request.ts'
import { apiError } from './api-error.ts'
import { checkBearer, type ApiKeyCheck } from './check-bearer.ts'
import { readBody } from './read-body.ts'
import type { RecordedRequest } from './request-log.ts'

const MAX_BODY_BYTES = 64 * 1024 * 1024

export interface HandlerOptions {
  readonly model: ScriptedModel
  readonly apiKey: ApiKeyCheck | undefined
  readonly onRequest: (request: RecordedRequest, bytes: number) => void
  /** Aborts when the server closes. */
  readonly signal: AbortSignal
}

/** The HTTP side: who may ask, what may be asked, and what the client hears otherwise. */
export function createRequestHandler(options: HandlerOptions): RequestListener {
  return (request, response) => {
    // The peer may vanish at any moment; without a listener a broken pipe would end the process.
    request.on('error', () => undefined)
    response.on('error', () => undefined)
    route(request, response, options).catch(() => {
      sendError(response, apiError(500, 'The server failed to answer.'))
    })
  }
}

async function route(
  request: IncomingMessage,
  response: ServerResponse,
  options: HandlerOptions,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  const place = `${request.method ?? ''} ${path}`
  // Only a web page sends an Origin, and no web page has business with a model on loopback.
  if (request.headers.origin !== undefined) {
    refuse(request, response, 403, 'Requests from web pages are refused.', 'origin_refused')
  } else if (!checkBearer(request.headers.authorization, options.apiKey)) {
    refuse(request, response, 401, 'Incorrect API key provided.', 'invalid_api_key')
  } else if (place === 'POST /v1/responses') {
    await handleResponses(request, response, options, answerRequest)
  } else if (place === 'POST /v1/responses/compact') {
    await handleResponses(request, response, options, answerCompaction)
  } else if (place === 'GET /v1/models') {
    // Codex wants `models`; other clients want `data`.
    const models = options.model.models ?? []
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ object: 'list', data: models, models }))
  } else if (place === 'GET /v1/responses' && request.headers.upgrade !== undefined) {
    // The answer at which Codex gives up on its WebSocket transport and posts instead; any other makes it try seven times.
    refuse(
      request,
      response,
      426,
      'This server speaks HTTP with server-sent events only.',
      'websocket_unsupported',
    )
  } else if (path === '/v1/responses' || path === '/v1/responses/compact' || path === '/v1/models') {
    refuse(request, response, 405, `${place} is not served.`, 'method_not_allowed')
  } else {
    refuse(request, response, 404, `Unknown request URL: ${place}.`, 'unknown_url')
  }
}

async function handleResponses(
  request: IncomingMessage,
  response: ServerResponse,
  { model, onRequest, signal }: HandlerOptions,
  answer: typeof answerRequest,
): Promise<void> {
  const body = await readBody(request, MAX_BODY_BYTES)
  if ('error' in body) {
    request.resume()
    response.setHeader('connection', 'close')
    sendError(response, body.error)
    return
  }
  const parsed = parseModelRequest(body.text)
  if ('bad' in parsed) {
    sendError(response, apiError(400, parsed.bad.message, 'invalid_request', parsed.bad.param))
    return
  }
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the client went away'))
  })
  const ended = AbortSignal.any([signal, gone.signal])
  const bearer = /^Bearer +(\S+)/i.exec(request.headers.authorization ?? '')?.[1]
  const asked = answer === answerCompaction ? asCompaction(parsed.request) : parsed.request
  onRequest({ ...asked, bearer, headers: request.headers, signal: ended }, body.bytes)
  await answer(model, asked, response, ended)
}

/** Refuses and lets the rest of the request run into nothing, so that the client reads the answer and not a reset. */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  message: string,
  code: string,
): void {
  request.resume()
  if (status === 426) response.setHeader('upgrade', 'HTTP/1.1')
  sendError(response, apiError(status, message, code))
}
